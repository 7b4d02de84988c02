/** What the gate asks about a stream, answered from memory. */
import type { StreamAccess } from '../streams/stream-service.ts';

export type { StreamAccess };
/** Undefined for a key that no enabled camera has. */
export type FindStreamAccess = (streamKey: string) => StreamAccess | undefined;
