/** Stands in for `picture-worker.ts` on a machine without the optional packages. */
import type { PictureReply } from '../picture-protocol.ts';

process.on('disconnect', () => undefined);
process.send?.({ type: 'ready', canWork: false } satisfies PictureReply);
