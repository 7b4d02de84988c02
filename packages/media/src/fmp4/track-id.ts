/** Track numbers of every file and stream that Pantau writes. */
export const TRACK_IDS = { video: 1, audio: 2 } as const;
