/** The envelope of a reply that went well (`contract/envelope.ts`). */
export function ok<T>(data: T): { success: true; data: T } {
  return { success: true, data };
}
