/** What a client is told that waited for a stream which ended, and after how many seconds it should ask again. */
import type { ByeReason } from '../mse/mse-protocol.ts';
import type { Unavailability } from './event-audience.ts';

export const END_REASONS: Readonly<Record<ByeReason, Unavailability>> = {
  stopping: {
    reason: { code: 'ENGINE_STOPPING', message: 'The server is shutting down.' },
    retryAfterS: 5,
  },
  replaced: {
    reason: { code: 'SOURCE_CLOSED', message: 'The settings of this camera were changed; connecting again.' },
    retryAfterS: 1,
  },
  removed: {
    reason: { code: 'STREAM_NOT_FOUND', message: 'There is no such stream any more.' },
    retryAfterS: 10,
  },
};
