/**
 * The one place where pino is set up. Everything else takes the four-method `Logger` of `packages/base`.
 */
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Logger } from '@pantau/base/logger';
import type { Config } from './config/config.ts';

/** Fields that must never be printed even when somebody logs a whole object. */
const REDACTED = [
  'password',
  'authorization',
  'source',
  'source_url',
  'source_username',
  'source_password',
  'sub_url',
  'snapshot_url',
  'onvif_url',
].flatMap((field) => [field, `*.${field}`]);

/**
 * Opens the log on standard output: lines for people in a terminal, JSON otherwise.
 * @param destination where lines go instead; tests read them back.
 */
export function openLogger(
  config: Pick<Config, 'logLevel' | 'logFormat'>,
  destination?: DestinationStream,
): PinoLogger {
  const options = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED, censor: '***' },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (destination !== undefined) return pino(options, destination);
  const pretty = config.logFormat === 'pretty' || (config.logFormat === 'auto' && process.stdout.isTTY);
  if (!pretty) return pino(options, pino.destination({ fd: 1, sync: true }));
  return pino(
    options,
    PinoPretty({
      colorize: process.stdout.isTTY,
      translateTime: 'SYS:HH:MM:ss.l',
      ignore: 'hostname,pid',
      sync: true,
    }),
  );
}

/** A view of pino as the engine and the services know it. */
export function asLogger(log: PinoLogger): Logger {
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    child: (fields) => asLogger(log.child(fields)),
  };
}
