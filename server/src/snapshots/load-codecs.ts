/**
 * The optional packages that make pictures: the W3C WebCodecs API as a native module, and sharp. Pantau runs without either.
 * Only the process that decodes calls this: native code of 70 MB has no business in the server.
 */
import { createRequire } from 'node:module';
import type sharp from 'sharp';

/** The part of WebCodecs that is used (https://www.w3.org/TR/webcodecs/). */
export interface WebCodecs {
  readonly VideoDecoder: new (init: {
    readonly output: (frame: VideoFrame) => void;
    readonly error: (error: Error) => void;
  }) => VideoDecoder;
  readonly EncodedVideoChunk: new (init: {
    readonly type: 'key';
    /** Microseconds. */
    readonly timestamp: number;
    readonly data: Uint8Array;
  }) => object;
}

export interface VideoDecoder {
  configure(config: {
    readonly codec: string;
    readonly description: Uint8Array;
    readonly hardwareAcceleration: 'prefer-software';
  }): void;
  decode(chunk: object): void;
  flush(): Promise<void>;
  close(): void;
}

export interface VideoFrame {
  /** `I420`, `I422P10`, … */
  readonly format: string | null;
  readonly visibleRect: { readonly width: number; readonly height: number } | null;
  allocationSize(options?: { readonly format: 'RGBA' }): number;
  copyTo(
    destination: Uint8Array,
    options?: { readonly format: 'RGBA' },
  ): Promise<readonly { readonly offset: number; readonly stride: number }[]>;
  close(): void;
}

export interface Codecs {
  readonly webCodecs: WebCodecs;
  readonly sharp: typeof sharp;
}

/** The native module of this platform; the small package around them all names machines that few registries have. */
const NATIVE_MODULES = ['@napi-rs/webcodecs-linux-x64-gnu', '@napi-rs/webcodecs-linux-x64-musl'];

/**
 * @param load how a package is loaded; throws when it is not there or does not run here.
 * @returns undefined unless both packages work.
 */
export function loadCodecs(
  load: (name: string) => unknown = createRequire(import.meta.url),
): Codecs | undefined {
  const find = (name: string): unknown => {
    try {
      return load(name);
    } catch {
      return undefined;
    }
  };
  const webCodecs = NATIVE_MODULES.map(find).find((found) => found !== undefined);
  const loadedSharp = webCodecs === undefined ? undefined : find('sharp');
  if (webCodecs === undefined || loadedSharp === undefined) return undefined;
  // The native module has no types of its own; these are the W3C's, and sharp's.
  return { webCodecs: webCodecs as WebCodecs, sharp: loadedSharp as typeof sharp };
}
