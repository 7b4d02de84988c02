/** One path of the fake camera: a clip that plays while somebody watches it. */
import type { ClipVideo, Clip } from './clip.ts';
import { ClipPlayer } from './clip-player.ts';
import type { FakeLogin } from './fake-auth.ts';
import type { FakeFaults } from './fake-faults.ts';
import { fillIn, PLAIN_HABITS, type CameraHabits } from './makers/habits.ts';
import type { PictureOverlay } from './picture-overlay.ts';

export interface MountOptions {
  /** Path with its leading slash, and the query if the camera's URL has one: `/cam/realmonitor?channel=1&subtype=0`. */
  readonly path: string;
  readonly clip: Clip;
  readonly login?: FakeLogin;
  /** Session name in the SDP. Default the path. */
  readonly name?: string;
  /** Makes what is drawn live into the pictures of `clip`, which is H.264 then. */
  readonly overlay?: (video: ClipVideo) => PictureOverlay;
  /** Default none: plain messages and packets. */
  readonly habits?: CameraHabits;
}

/** What a request's path means. */
export type Place = 'aggregate' | 'video' | 'audio' | 'silent';

export class CameraMount {
  readonly path: string;
  readonly name: string;
  readonly login: FakeLogin | undefined;
  readonly player: ClipPlayer;
  readonly habits: CameraHabits;
  /** Sessions that are open. */
  sessions = 0;
  faults: FakeFaults;

  constructor(options: MountOptions, faults: FakeFaults) {
    this.path = options.path;
    this.name = options.name ?? options.path;
    this.login = options.login;
    const { video } = options.clip;
    this.habits = options.habits ?? PLAIN_HABITS;
    const overlay = video.codec === 'h264' ? options.overlay?.(video) : undefined;
    this.player = new ClipPlayer(options.clip, overlay, this.habits.packing);
    this.faults = faults;
  }

  /** What `path` (with its query) is on this mount; undefined when it is none of its own. */
  placeOf(path: string): Place | undefined {
    const { urls, silentUrls } = this.habits.messages;
    if (silentUrls.some((url) => path === fillIn(url, { path: this.path }))) return 'silent';
    for (const place of ['video', 'audio'] as const) {
      if (path === fillIn(urls[place], { path: this.path })) return place;
    }
    const aggregates = [this.path, fillIn(urls.aggregate, { path: this.path })];
    return aggregates.some((known) => trimSlash(path) === trimSlash(known)) ? 'aggregate' : undefined;
  }

  /** Somebody plays: a clip that nobody watched starts at its first picture, so that the first viewer sees it at once. */
  join(nowMs: number): void {
    if (!this.player.running) this.player.start(nowMs);
  }
}

function trimSlash(path: string): string {
  return path.replace(/\/$/, '');
}
