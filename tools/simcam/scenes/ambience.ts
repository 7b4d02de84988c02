/**
 * Street sound for one clip: engines passing, a horn, birds, a warm noise floor. Everything repeats with the loop, so
 * the AAC frames cut from the middle of three repetitions join without a click.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Clip } from './clips.ts';
import { Random } from './lib/random.ts';

const RATE = 16_000;
/** Samples per AAC frame. */
const FRAME = 1024;
const BIT_RATE = 32_000;

/** One loop of mono sound in -1..1. */
function streetSound(seconds: number): Float32Array {
  const samples = seconds * RATE;
  const out = new Float32Array(samples);
  const random = new Random(91);
  addNoise(out, random, 0.004, 0.16);
  addNoise(out, random, 0.03, 0.05);
  for (let i = 0; i < 9; i++)
    addEngine(
      out,
      random.range(0, seconds),
      random.range(45, 110),
      random.range(0.5, 1.1),
      random.range(0.05, 0.16),
      seconds,
    );
  addHorn(out, 2.1, 0.16, 0.05);
  addHorn(out, 2.36, 0.22, 0.055);
  addHorn(out, 6.3, 0.3, 0.02);
  return out;
}

/** Low-passed noise, cross-faded onto itself so that its end meets its start. */
function addNoise(out: Float32Array, random: Random, smooth: number, level: number): void {
  const raw = new Float32Array(out.length + RATE);
  let slow = 0;
  for (let i = 0; i < raw.length; i++) {
    slow += (random.range(-1, 1) - slow) * smooth;
    raw[i] = slow / Math.sqrt(smooth);
  }
  for (let i = 0; i < out.length; i++) {
    const k = Math.min(1, i / RATE);
    out[i] += level * (raw[i] * Math.sqrt(k) + (i < RATE ? raw[i + out.length] * Math.sqrt(1 - k) : 0));
  }
}

/** A small four-stroke passing by: pulses with harmonics, louder and a little higher as it comes near. */
function addEngine(
  out: Float32Array,
  at: number,
  hertz: number,
  width: number,
  level: number,
  seconds: number,
): void {
  let phase = 0;
  for (let i = 0; i < 4 * RATE; i++) {
    const away = i / RATE - 2;
    const loud = Math.exp(-(away * away) / (2 * width * width)) * level * Math.max(0, 1 - Math.abs(away) / 2);
    phase += (hertz * (1 - 0.05 * Math.tanh(away * 2))) / RATE;
    let wave = 0;
    for (let k = 1; k <= 9; k++) wave += Math.sin(2 * Math.PI * phase * k + k * k) / k ** 1.1;
    const index = Math.floor((at - 2 + seconds) * RATE + i) % out.length;
    out[index] += wave * 0.4 * loud;
  }
}

function addHorn(out: Float32Array, at: number, length: number, level: number): void {
  for (let i = 0; i < length * RATE; i++) {
    const s = i / RATE;
    const edge = Math.min(1, s / 0.015, (length - s) / 0.03);
    out[Math.floor(at * RATE + i) % out.length] +=
      level * edge * Math.tanh(1.5 * (Math.sin(2 * Math.PI * 415 * s) + Math.sin(2 * Math.PI * 520 * s)));
  }
}

/** Splits an ADTS stream (ISO/IEC 14496-3, 1.A.2.2) into frames. */
function splitAdts(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  let at = 0;
  while (at + 7 <= bytes.length) {
    const size = ((bytes[at + 3] & 3) << 11) | (bytes[at + 4] << 3) | (bytes[at + 5] >> 5);
    if (bytes[at] !== 0xff || size < 7) throw new Error(`no ADTS frame at ${at}`);
    frames.push(bytes.subarray(at, at + size));
    at += size;
  }
  return frames;
}

/** Writes `file` as ADTS AAC-LC, 16 kHz mono, exactly as long as the loop. */
export async function writeAmbience(clip: Clip, file: string): Promise<void> {
  const frames = (clip.seconds * RATE) / FRAME;
  if (!Number.isInteger(frames)) throw new Error(`${clip.seconds} s is no whole number of AAC frames`);
  const loop = streetSound(clip.seconds);
  const pcm = Buffer.alloc(loop.length * 2 * 3);
  for (let i = 0; i < loop.length * 3; i++)
    pcm.writeInt16LE(Math.round(Math.tanh(loop[i % loop.length]) * 30_000), i * 2);
  const args = [
    '-loglevel',
    'error',
    '-f',
    's16le',
    '-ar',
    String(RATE),
    '-ac',
    '1',
    '-i',
    '-',
    '-c:a',
    'aac',
    '-b:a',
    String(BIT_RATE),
    '-f',
    'adts',
    '-',
  ];
  const encoder = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(encoder, 'exit');
  encoder.stdin.end(pcm);
  const encoded = await buffer(encoder.stdout);
  await ended;
  await writeFile(file, Buffer.concat(splitAdts(encoded).slice(frames, frames * 2)));
}
