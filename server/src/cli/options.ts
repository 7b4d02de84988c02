/** Readers of option values. What they throw becomes a usage error that names the option. */
import { InvalidArgumentError, Option } from 'commander';
import { RTSP_TRANSPORTS } from '@pantau/media';

export function parseDegrees(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('It must be a number of degrees such as -7.1502.');
  return value;
}

export function parseWhole(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** 1 to 65535. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('It must be a port number, 1 to 65535.');
  return port;
}

/** 1 to 256. */
export function parseChannel(text: string): number {
  const channel = Number(text);
  if (!/^\d{1,3}$/.test(text) || channel < 1 || channel > 256)
    throw new InvalidArgumentError('It must be a channel number, 1 to 256.');
  return channel;
}

/** Seconds from 1 to 10, as milliseconds. */
export function parseTimeoutMs(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 1 && seconds <= 10)) throw new InvalidArgumentError('It must be 1 to 10 seconds.');
  return seconds * 1000;
}

export function parseYesNo(text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new InvalidArgumentError('It must be yes or no.');
}

export function transportOption(description: string): Option {
  return new Option('--transport <transport>', description).choices([...RTSP_TRANSPORTS, '']);
}

export function jsonOption(): Option {
  return new Option('--json', 'print JSON for programs');
}

/** A SHA-256 as people paste it: with or without colons, in any case. @throws InvalidArgumentError */
export function parseFingerprint(text: string): string {
  const digits = text.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  throw new InvalidArgumentError('It must have 64 hex digits.');
}
