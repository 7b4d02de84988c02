/**
 * Reads an XML document of a device into a tree, with bounds on everything. No entities but the five of XML and character
 * references, no document types. Prefixes are resolved here, not in the SAX reader: an undeclared one is no reason to give up.
 */
import { SaxesParser } from 'saxes';
import { messageOf } from '@pantau/base/errors';
import { OnvifError } from '../onvif-error.ts';
import { decodeXml, looksLikeWebPage } from './decode-xml.ts';
import type { XmlElement } from './xml-element.ts';

export interface XmlLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Elements of the whole document. */
  readonly maxElements: number;
  readonly maxAttributesPerElement: number;
  /** Characters of an element's own text, or of an attribute. */
  readonly maxText: number;
}

export const XML_LIMITS: XmlLimits = {
  maxBytes: 256 * 1024,
  maxDepth: 48,
  maxElements: 20_000,
  maxAttributesPerElement: 64,
  maxText: 16 * 1024,
};

interface OpenElement {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly scope: Scope;
  text: string;
  isClosed: boolean;
}

/** Prefix → namespace; the empty prefix is the default namespace. */
type Scope = ReadonlyMap<string, string>;

/** Thrown by a handler when the root is closed: what comes after it does not count. */
const DONE = Symbol('the document is complete');

/**
 * The root element. A document that ends early gives what came, with `isClosed: false` on what is incomplete.
 * @throws OnvifError ONVIF_MALFORMED; NOT_ONVIF for a web page.
 */
export function readXml(bytes: Uint8Array, limits: Partial<XmlLimits> = {}): XmlElement {
  const bounds = { ...XML_LIMITS, ...limits };
  if (bytes.byteLength > bounds.maxBytes) throw malformed('is larger than any honest one');
  const text = decodeXml(bytes);
  if (looksLikeWebPage(text))
    throw new OnvifError('NOT_ONVIF', 'A web page answers there, not an ONVIF service.');
  const builder = new TreeBuilder(bounds);
  try {
    feed(text, builder);
  } catch (error) {
    if (error === DONE) return builder.finish();
    if (error instanceof OnvifError) throw error;
    throw malformed('is not XML', error);
  }
  return builder.finish();
}

function feed(text: string, builder: TreeBuilder): void {
  const parser = new SaxesParser({ position: false });
  parser.on('doctype', () => {
    throw malformed('has a document type, which SOAP forbids');
  });
  parser.on('opentag', (tag) => builder.open(tag.name, Object.entries(tag.attributes)));
  parser.on('closetag', () => builder.close());
  parser.on('text', (chunk) => builder.addText(chunk));
  parser.on('cdata', (chunk) => builder.addText(chunk));
  parser.on('attribute', ({ value }) => builder.countAttribute(value));
  parser.on('opentagstart', () => builder.beginTag());
  // Not closed at the end: it would only complain about elements that are still open.
  parser.write(text);
}

class TreeBuilder {
  readonly #limits: XmlLimits;
  readonly #stack: OpenElement[] = [];
  #root: OpenElement | undefined;
  #elements = 0;
  #attributes = 0;

  constructor(limits: XmlLimits) {
    this.#limits = limits;
  }

  beginTag(): void {
    this.#attributes = 0;
    if (++this.#elements > this.#limits.maxElements) throw malformed('has too many elements');
    if (this.#stack.length >= this.#limits.maxDepth) throw malformed('is nested too deeply');
  }

  countAttribute(value: string): void {
    if (++this.#attributes > this.#limits.maxAttributesPerElement) throw malformed('has too many attributes');
    if (value.length > this.#limits.maxText) throw malformed('has a text that is too long');
  }

  open(qualifiedName: string, attributes: readonly (readonly [string, string])[]): void {
    const parent = this.#stack.at(-1);
    const scope = extendScope(parent?.scope ?? new Map(), attributes);
    const { prefix, name } = splitName(qualifiedName);
    const element: OpenElement = {
      name,
      namespace: scope.get(prefix),
      attributes: new Map(attributes.flatMap(([key, value]) => readAttribute(key, value))),
      children: [],
      scope,
      text: '',
      isClosed: false,
    };
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
    this.#stack.push(element);
  }

  addText(chunk: string): void {
    const element = this.#stack.at(-1);
    if (element === undefined) return;
    element.text += chunk;
    if (element.text.length > this.#limits.maxText) throw malformed('has a text that is too long');
  }

  close(): void {
    const element = this.#stack.pop();
    if (element === undefined) return;
    seal(element);
    element.isClosed = true;
    if (this.#stack.length === 0) throw DONE;
  }

  /** @throws OnvifError ONVIF_MALFORMED when there was no element at all. */
  finish(): XmlElement {
    if (this.#root === undefined) throw malformed('is empty');
    for (const element of this.#stack) seal(element);
    return this.#root;
  }
}

function seal(element: OpenElement): void {
  element.text = element.text.trim();
}

function extendScope(scope: Scope, attributes: readonly (readonly [string, string])[]): Scope {
  const declared = attributes.flatMap(([key, value]): [string, string][] => {
    if (key === 'xmlns') return [['', value]];
    return key.startsWith('xmlns:') ? [[key.slice('xmlns:'.length), value]] : [];
  });
  return declared.length === 0 ? scope : new Map([...scope, ...declared]);
}

function readAttribute(key: string, value: string): [string, string][] {
  return key === 'xmlns' || key.startsWith('xmlns:') ? [] : [[splitName(key).name, value.trim()]];
}

function splitName(qualified: string): { readonly prefix: string; readonly name: string } {
  const colon = qualified.indexOf(':');
  return { prefix: qualified.slice(0, Math.max(0, colon)), name: qualified.slice(colon + 1) };
}

function malformed(what: string, cause?: unknown): OnvifError {
  return new OnvifError('ONVIF_MALFORMED', `The device's answer ${what}.`, {
    cause,
    ...(cause === undefined ? {} : { details: { problem: messageOf(cause).slice(0, 200) } }),
  });
}
