/** See `server-flags.mjs`. */
export declare const SERVER_FLAGS: readonly string[];
