/** `pantau camera onvif … --add`: what a device said of itself becomes a camera, with everything that ONVIF tells of it. */
import { AppError } from '@pantau/base/errors';
import type { SourceDefinition } from '@pantau/media';
import type { DeviceReport, OnvifChannel, OnvifStreamProfile } from '@pantau/onvif';
import { consoleActor } from '../audit/actor.ts';
import { printable } from '../printable.ts';
import { formatJson } from './area-commands.ts';
import { cameraToJson } from './camera-to-json.ts';
import { probeCodec } from './probe.ts';
import type { CliHost } from './run-cli.ts';
import { withSession } from './session.ts';

export interface AddOnvifOptions {
  readonly name: string;
  /** Token of the profile that becomes the main picture; undefined: the device's best, where it has one camera only. */
  readonly profile: string | undefined;
  readonly login: Pick<SourceDefinition, 'username' | 'password'>;
  /** False: without looking at it first. */
  readonly probe: boolean;
  readonly json: true | undefined;
}

interface Choice {
  readonly channel: OnvifChannel;
  readonly main: OnvifStreamProfile;
  readonly mainUrl: string;
}

/** @throws AppError USAGE when the profile is to be chosen, CAMERA_INVALID; MediaError when it cannot be played. */
export async function addOnvifCamera(
  host: CliHost,
  report: DeviceReport,
  { name, profile, login, probe, json }: AddOnvifOptions,
): Promise<void> {
  const { channel, main, mainUrl } = choose(report, profile);
  const source: SourceDefinition = { url: mainUrl, ...login };
  const input = {
    name,
    source,
    subUrl: channel.sub === main ? null : (channel.sub?.streamUri ?? null),
    snapshotUrl: channel.snapshotUri ?? null,
    onvifUrl: report.url,
    onvifProfile: main.token,
  };
  await withSession(host, async ({ cameras }) => {
    // Mistakes that need no camera are told before the seconds of a probe.
    cameras.check(input);
    const videoCodec = probe ? await probeCodec(host, source) : null;
    const created = await cameras.create({ ...input, videoCodec }, consoleActor('camera onvif'));
    const parts = ['main', input.subUrl && 'sub', input.snapshotUrl && 'still picture'].filter(Boolean);
    const text = `Camera ${created.id} "${created.name}" added (${parts.join(', ')}). Stream key: ${created.streamKey}\n`;
    host.writeOut(json ? formatJson(cameraToJson(created, null)) : text);
  });
}

function choose({ channels }: DeviceReport, token: string | undefined): Choice {
  if (token === undefined && channels.length > 1)
    throw usage(`The device has ${channels.length} cameras: choose one with --profile`, channels);
  for (const channel of channels) {
    const main =
      token === undefined ? channel.main : channel.profiles.find((profile) => profile.token === token);
    if (main === undefined) continue;
    if (main.streamUri === undefined) throw usage('The device gives no address for this profile', channels);
    return { channel, main, mainUrl: main.streamUri };
  }
  throw token === undefined
    ? new AppError('precondition', 'CAMERA_INVALID', 'The device gives no stream that could be added.')
    : usage('The device has no such profile', channels);
}

function usage(problem: string, channels: readonly OnvifChannel[]): AppError {
  const tokens = channels.flatMap(({ profiles }) =>
    profiles.filter(({ streamUri }) => streamUri !== undefined).map((profile) => printable(profile.token)),
  );
  return new AppError('invalid', 'USAGE', `${problem}; there are ${tokens.join(', ') || 'none'}.`);
}
