/** Sites that may show our streams, one a line, as people paste them. */
export interface OriginLines {
  readonly origins: readonly string[];
  /** Lines that are no site. */
  readonly bad: readonly string[];
}

/** `https://example.org/page` becomes `https://example.org`; `*` is every site. */
export function readOriginLines(text: string): OriginLines {
  const origins = new Set<string>();
  const bad: string[] = [];
  for (const line of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const origin = toOrigin(line);
    if (origin === undefined) bad.push(line);
    else origins.add(origin);
  }
  return { origins: [...origins], bad };
}

function toOrigin(line: string): string | undefined {
  if (line === '*') return line;
  const withScheme =
    /^[a-z][a-z0-9+.-]*:/i.test(line) && !/^[\w.-]+:\d+(?:\/|$)/.test(line) ? line : `https://${line}`;
  if (!URL.canParse(withScheme)) return undefined;
  const { protocol, origin, hostname, username } = new URL(withScheme);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  // A word alone is a slip, not a site of the internet; `localhost` is for trying things out.
  const isSite = hostname.includes('.') || hostname.startsWith('[') || hostname === 'localhost';
  return isSite && username === '' ? origin : undefined;
}
