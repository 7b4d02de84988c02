/** Replies of the fake camera as text (RFC 2326 section 7), in the spelling of its habits. */
import { fillIn, type MessageHabits } from './makers/habits.ts';

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Moved Temporarily',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

export interface Reply {
  readonly status: number;
  readonly headers?: readonly string[];
  readonly body?: string;
}

export interface ReplyFrame {
  readonly cseq: number;
  readonly server: string;
  /** Added to the Content-Length of a body; `missing` leaves it out. */
  readonly contentLengthError: number | 'missing';
}

export function formatReply(reply: Reply, frame: ReplyFrame, habits: MessageHabits): string {
  const { cseq, server, contentLengthError } = frame;
  const { status, headers = [], body } = reply;
  const values = { cseq, server, status, reason: REASONS[status] ?? 'Error' };
  const lines = [habits.statusLine, ...habits.head].map((line) => fillIn(line, values));
  lines.push(...headers);
  if (body !== undefined && contentLengthError !== 'missing')
    lines.push(`Content-Length: ${Buffer.byteLength(body) + contentLengthError}`);
  return lines.join('\r\n') + '\r\n\r\n' + (body ?? '');
}
