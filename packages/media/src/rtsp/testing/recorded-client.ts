/** A client for tests against `ScriptedCamera`: records what it got and said, on virtual time. */
import type { Logger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { expect } from 'vitest';
import { openRtspSession } from '../rtsp-client.ts';
import type { RtspSessionOptions } from '../rtsp-session.ts';
import type { CameraLine, ScriptedCamera } from './scripted-camera.ts';

export const PASSWORD = 'pa ss:w@rd"';

/** A client with everything it said and got. */
export function client(url: string, overrides: Partial<RtspSessionOptions> = {}) {
  const clock = new VirtualClock();
  const packets: { track: number; seq: number; lostBefore: number }[] = [];
  const reports: { track: number; rtpTimestamp: number; ntpMs: number }[] = [];
  const log: string[] = [];
  const write = (fields: object, message: string) => void log.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  const controller = new AbortController();
  const options: RtspSessionOptions = {
    source: { url, username: undefined, password: undefined },
    handler: {
      onRtp: (track, packet, lostBefore) =>
        void packets.push({ track, seq: packet.sequenceNumber, lostBefore }),
      onSenderReport: (track, rtpTimestamp, ntpMs) => void reports.push({ track, rtpTimestamp, ntpMs }),
    },
    clock,
    logger,
    signal: controller.signal,
    ...overrides,
  };
  return {
    clock,
    packets,
    reports,
    log,
    controller,
    options,
    open: () => openRtspSession(options),
    openWith: openRtspSession,
  };
}

export const withLogin = (url: string) => ({
  source: { url, username: 'joe', password: new Secret(PASSWORD) },
});

export function rtp(seq: number, payloadType = 96, ssrc = 7): Buffer {
  const bytes = Buffer.alloc(16);
  bytes[0] = 0x80;
  bytes[1] = payloadType;
  bytes.writeUInt16BE(seq, 2);
  bytes.writeUInt32BE(ssrc, 8);
  return bytes;
}

export const SENDER_REPORT = Buffer.from('80c8000600000007b44db7052000000000015f9000000001000000ff', 'hex');
export const GOODBYE = Buffer.from('81cb000100000007', 'hex');

/** Lets what is under way on the sockets arrive. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 20_000 && !isTrue(); turn++)
    await new Promise<void>((resolve) => setImmediate(resolve));
  expect(isTrue()).toBe(true);
}

export const methods = (camera: ScriptedCamera) => camera.seen.map(({ method }) => method);
export const firstLine = (camera: ScriptedCamera): CameraLine => {
  const [line] = camera.lines;
  if (line === undefined) throw new Error('no connection');
  return line;
};
