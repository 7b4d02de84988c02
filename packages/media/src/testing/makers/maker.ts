/** A maker of cameras: where its stream is, how it lets people in, and its habits. Facts seen in the field, in our own messages. */
import type { ClipAudio } from '../clip.ts';
import { createTone } from '../clip-sound.ts';
import type { FakeLogin } from '../fake-auth.ts';
import type { FakeFaults } from '../fake-faults.ts';
import { silentAudio } from '../synthetic-clip.ts';
import {
  PLAIN_MESSAGES,
  PLAIN_PACKETS,
  PLAIN_PACKING,
  type CameraHabits,
  type MessageHabits,
  type PacketHabits,
  type PackingHabits,
} from './habits.ts';

/** Sound that makers send, by name. */
export const SOUNDS = {
  pcmu: () => createTone('PCMU'),
  'pcmu in 40 ms': () => createTone('PCMU', { packetMs: 40 }),
  pcma: () => createTone('PCMA'),
  pcm: () => createTone('PCM', { sampleRate: 48_000, packetMs: 10 }),
  'aac 16000': () => silentAudio({ sampleRate: 16_000, channels: 1 }),
  'aac 48000': () => silentAudio({ sampleRate: 48_000, channels: 1 }),
} as const satisfies Readonly<Record<string, () => ClipAudio>>;

export interface Maker {
  /** As typed after `--maker`. */
  readonly name: string;
  /** What it taught whoever met it first. */
  readonly taught: string;
  /** Of the main stream. */
  readonly path: string;
  /** Default no login is asked for. */
  readonly login?: Pick<FakeLogin, 'scheme' | 'realm' | 'qop' | 'challenges'>;
  /** Of the pictures, whatever the description says. */
  readonly codec: 'h264' | 'h265';
  readonly sound: keyof typeof SOUNDS | undefined;
  readonly habits: CameraHabits;
  readonly faults?: Partial<FakeFaults>;
  /** The transport on which its habits show. Default TCP. */
  readonly transport?: 'udp';
}

/** Habits that differ from the plain ones. */
export function habits(
  messages: Partial<MessageHabits>,
  packets: Partial<PacketHabits> = {},
  packing: Partial<PackingHabits> = {},
): CameraHabits {
  return {
    messages: { ...PLAIN_MESSAGES, ...messages },
    packets: { ...PLAIN_PACKETS, ...packets },
    packing: { ...PLAIN_PACKING, ...packing },
  };
}
