/** What happens in the life of the server, in words: one function per event, so that the log reads the same everywhere. */
import type { AddressInfo } from 'node:net';
import type { Logger } from '@pantau/base/logger';
import type { Config } from './config/config.ts';

interface Started {
  readonly address: AddressInfo;
  readonly config: Config;
}

/** @param tookMs since the process began: the origin of the system clock's monotonic time. */
export function serverStarted(
  logger: Logger,
  { address, config, tookMs }: Started & { readonly tookMs: number },
): void {
  const url = siteUrl(address, config);
  logger.info({ url, port: address.port, startMs: Math.round(tookMs) }, `Pantau is ready: ${url}`);
}

/** Shown on a first start. */
export function noCamerasYet(logger: Logger, started: Started): void {
  logger.info(
    {},
    'There are no cameras yet. Add one: npm run pantau -- camera add "rtsp://user:password@192.168.1.10/stream1" --name "Simpang Empat". ' +
      `It appears by itself on ${siteUrl(started.address, started.config)}`,
  );
}

/** After an upgrade, or a change of the setting. */
export function camerasRefused(logger: Logger, names: readonly string[]): void {
  if (names.length === 0) return;
  logger.warn(
    { count: names.length, cameras: names.slice(0, 10) },
    'Cameras at addresses of this machine itself, or where no camera may be, are not connected to. PANTAU_CAMERA_ADDRESSES in the settings allows more: "loopback" for this machine',
  );
}

/**
 * Shown to whoever started the server, and nowhere else: not in the log, which is shipped and kept. The token is behind `#`, so
 * that no proxy's log sees it either.
 */
export function setupNeeded(write: (text: string) => void, token: string, started: Started): void {
  write(
    `\nNo administrator exists yet. Open this link within an hour to create one:\n\n    ${siteUrl(started.address, started.config)}/admin/siapkan#${token}\n\n` +
      'It works once. A restart prints a new one; without a browser: npm run pantau -- user add <name> --role administrator\n\n',
  );
}

export function serverStopping(logger: Logger, reason: string): void {
  logger.info({ reason }, 'Stopping: nothing new is accepted');
}

export function serverStopped(logger: Logger): void {
  logger.info({}, 'Stopped');
}

/** Where a person on this machine opens the site. */
export function siteUrl(address: AddressInfo, config: Pick<Config, 'publicUrl'>): string {
  if (config.publicUrl !== undefined) return config.publicUrl;
  const anywhere = address.address === '0.0.0.0' || address.address === '::';
  const host = anywhere ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
