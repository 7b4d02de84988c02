/** A media profile of a device and the order in which profiles are offered. */

export interface OnvifProfile {
  /** How the device calls it in requests. */
  readonly token: string;
  readonly name: string | undefined;
  /** The video source it shows: channels of a recorder have one each. */
  readonly sourceToken: string | undefined;
  /** `H264`, `H265`, `MJPEG`, `MPEG4`, or what the device wrote; undefined when it did not say. */
  readonly codec: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly fps: number | undefined;
  readonly bitrateKbps: number | undefined;
}

export interface OnvifStreamProfile extends OnvifProfile {
  /** Without userinfo, on the dialled host; undefined when the device gave none. */
  readonly streamUri: string | undefined;
  readonly snapshotUri: string | undefined;
}

/** What one video source offers: a camera has one, a recorder one for each channel. */
export interface OnvifChannel {
  readonly sourceToken: string | undefined;
  /** Main stream first. */
  readonly profiles: readonly OnvifStreamProfile[];
  readonly main: OnvifStreamProfile | undefined;
  /** Something smaller for the grid; undefined when there is none. */
  readonly sub: OnvifStreamProfile | undefined;
  readonly snapshotUri: string | undefined;
}

/** What a tile of the grid wants. */
const TILE_PIXELS = 640 * 360;
/** Below this a stream is no picture that anybody wants to see. */
const LEAST_PIXELS = 160 * 120;

/** Main first: what browsers can play, then size, then H.264 before H.265, then bitrate. The order of the device decides the rest. */
export function sortProfiles<T extends OnvifProfile>(profiles: readonly T[]): readonly T[] {
  return profiles.toSorted(
    (a, b) =>
      codecRank(a) - codecRank(b) ||
      pixelsOf(b) - pixelsOf(a) ||
      Number(b.codec === 'H264') - Number(a.codec === 'H264') ||
      (b.bitrateKbps ?? 0) - (a.bitrateKbps ?? 0),
  );
}

/** Groups by video source, in the order in which the device names the sources. */
export function groupByChannel(profiles: readonly OnvifStreamProfile[]): readonly OnvifChannel[] {
  const groups = new Map<string | undefined, OnvifStreamProfile[]>();
  for (const profile of profiles) {
    const group = groups.get(profile.sourceToken);
    if (group === undefined) groups.set(profile.sourceToken, [profile]);
    else group.push(profile);
  }
  return [...groups].map(([sourceToken, members]) => {
    const sorted = sortProfiles(members);
    const playable = sorted.filter(({ streamUri }) => streamUri !== undefined);
    const main = playable[0];
    return {
      sourceToken,
      profiles: sorted,
      main,
      sub: main === undefined ? undefined : chooseSub(playable, main),
      snapshotUri: sorted.find(({ snapshotUri }) => snapshotUri !== undefined)?.snapshotUri,
    };
  });
}

function chooseSub(
  profiles: readonly OnvifStreamProfile[],
  main: OnvifStreamProfile,
): OnvifStreamProfile | undefined {
  const smaller = profiles.filter(
    (profile) =>
      codecRank(profile) === 0 &&
      profile.streamUri !== main.streamUri &&
      pixelsOf(profile) >= LEAST_PIXELS &&
      pixelsOf(profile) < pixelsOf(main),
  );
  const distance = (profile: OnvifProfile) => Math.abs(Math.log(pixelsOf(profile) / TILE_PIXELS));
  return smaller.toSorted((a, b) => distance(a) - distance(b))[0];
}

function codecRank({ codec }: OnvifProfile): number {
  if (codec === 'H264' || codec === 'H265') return 0;
  return codec === 'MJPEG' ? 1 : codec === undefined ? 2 : 3;
}

function pixelsOf({ width = 0, height = 0 }: OnvifProfile): number {
  return width * height;
}
