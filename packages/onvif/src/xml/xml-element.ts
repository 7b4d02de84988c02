/** What the XML reader gives, and how it is asked: by local names, since makers disagree about prefixes and namespaces. */

export interface XmlElement {
  /** Local name, without prefix. */
  readonly name: string;
  /** Undefined when there is none, or when its prefix was never declared. */
  readonly namespace: string | undefined;
  /** By local name; declarations of namespaces are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Own text, without that of children, trimmed. */
  readonly text: string;
  /** False when the document ended before the element did. */
  readonly isClosed: boolean;
}

/** Where the vocabulary of SOAP, WS-* and ONVIF lives: elements of vendors may have the same local names. */
const KNOWN =
  /^(?:https?:\/\/)?(?:www\.onvif\.org|www\.w3\.org|schemas\.xmlsoap\.org|docs\.oasis-open\.org)\//i;

/** The first child with this local name; one of a known vocabulary before others. */
export function findChild(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  let other: XmlElement | undefined;
  for (const child of parent?.children ?? []) {
    if (child.name !== name) continue;
    if (child.namespace !== undefined && KNOWN.test(child.namespace)) return child;
    other ??= child;
  }
  return other;
}

/** All children with this local name, in order. */
export function listChildren(parent: XmlElement | undefined, name: string): readonly XmlElement[] {
  return parent?.children.filter((child) => child.name === name) ?? [];
}

/** Follows `names` from child to child. */
export function findPath(from: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  return names.reduce<XmlElement | undefined>(findChild, from);
}

/** The text at the end of a path; undefined when there is no such element or it is empty. */
export function textAt(from: XmlElement | undefined, ...names: readonly string[]): string | undefined {
  const text = findPath(from, ...names)?.text;
  return text === '' ? undefined : text;
}

/** The number at the end of a path; undefined when there is none, or it is negative or not finite. */
export function numberAt(from: XmlElement | undefined, ...names: readonly string[]): number | undefined {
  const text = textAt(from, ...names);
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
