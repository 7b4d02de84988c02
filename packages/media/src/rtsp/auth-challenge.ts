/**
 * WWW-Authenticate headers (RFC 2617 section 3.2.1, RFC 7616 section 3.3), read as generic key and value pairs: cameras
 * add unknown keys, leave out quotes, double spaces, and put several challenges into one header or into many.
 */

export interface AuthChallenge {
  /** Lower case: `basic`, `digest`, … */
  readonly scheme: string;
  /** Names in lower case, values without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Names whose values came in quotes: some cameras want `algorithm` back the way they wrote it. */
  readonly quoted: ReadonlySet<string>;
}

const MAX_CHALLENGES = 8;
const MAX_PARAMETERS = 32;

/** All challenges of all header values, in order. Never fails: what cannot be read is skipped. */
export function parseChallenges(headerValues: readonly string[]): AuthChallenge[] {
  const challenges: AuthChallenge[] = [];
  for (const value of headerValues) {
    for (const challenge of parseHeader(value)) {
      if (challenges.length < MAX_CHALLENGES) challenges.push(challenge);
    }
  }
  return challenges;
}

function parseHeader(value: string): AuthChallenge[] {
  const challenges: AuthChallenge[] = [];
  let parameters = new Map<string, string>();
  let quoted = new Set<string>();
  // one token: `name = "quoted"`, `name = bare`, or a scheme name
  const token = /([^\s,="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s,"]*)))?/g;
  for (const match of value.matchAll(token)) {
    const name = (match[1] ?? '').toLowerCase();
    const text = match[2] ?? match[3];
    if (text === undefined) {
      parameters = new Map();
      quoted = new Set();
      challenges.push({ scheme: name, parameters, quoted });
    } else if (parameters.size < MAX_PARAMETERS && !parameters.has(name)) {
      parameters.set(name, match[2] === undefined ? text : text.replace(/\\(.)/g, '$1'));
      if (match[2] !== undefined) quoted.add(name);
    }
  }
  return challenges;
}
