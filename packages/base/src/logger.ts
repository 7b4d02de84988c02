/** The four levels the engine needs; the server supplies pino. `fields` must hold no credentials. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A logger that adds `fields` to each line, for example `{ stream: key }`. */
  child(fields: object): Logger;
}

/** A logger that says nothing: for tests and tools. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
