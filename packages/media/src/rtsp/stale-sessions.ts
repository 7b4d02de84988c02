/**
 * Live555 before 4 June 2017 goes on writing the packets of a dead session to whatever now has its socket's number: into the
 * stream of another viewer, even before it logged in. The firmware of many makers still holds such a version.
 */

/** When the fault was mended, as live555 writes its versions. */
const MENDED = '2017.06.04';
/** Its sessions time out after 65 s. */
const SESSION_MS = 65_000;

/**
 * How long dead sessions trouble new ones.
 * @param tool `a=tool` of the session description.
 * @returns ms, or undefined when the software has no such fault.
 */
export function staleSessionsMs(tool: string | undefined): number | undefined {
  const version = /^LIVE555 Streaming Media v(\d{4}\.\d{2}\.\d{2})/i.exec(tool ?? '')?.[1];
  return version !== undefined && version < MENDED ? SESSION_MS : undefined;
}
