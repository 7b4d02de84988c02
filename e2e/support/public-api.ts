/** The public HTTP interface as a visitor's program sees it. */
import { Value } from 'typebox/value';
import { Envelope } from '@pantau/contract/envelope';
import { StreamList, type StreamCamera } from '@pantau/contract/stream';

export type StreamEntry = StreamCamera;

const StreamListReply = Envelope(StreamList);

/** `GET /api/stream`, checked against the contract. */
export async function readStreams(url: string): Promise<readonly StreamEntry[]> {
  const response = await fetch(`${url}/api/stream`);
  if (!response.ok) throw new Error(`/api/stream answered ${response.status}`);
  const body: unknown = await response.json();
  if (!Value.Check(StreamListReply, body)) {
    throw new Error(
      `/api/stream breaks the contract: ${JSON.stringify(Value.Errors(StreamListReply, body).slice(0, 3))}`,
    );
  }
  return body.data;
}
