import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OnvifError } from '../onvif-error.ts';
import { escapeXml } from './escape-xml.ts';
import { readXml } from './read-xml.ts';
import { findChild, findPath, listChildren, numberAt, textAt } from './xml-element.ts';

const read = (text: string) => readXml(Buffer.from(text));
const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'nothing';
  } catch (error) {
    return error instanceof OnvifError ? error.code : error;
  }
};

describe('readXml', () => {
  it('reads elements, attributes and text by local name', () => {
    const root = read('<a:R xmlns:a="urn:x" xmlns="urn:y"><b token=" t1 ">  5 </b><a:b/></a:R>');
    expect([root.name, root.namespace, root.isClosed]).toEqual(['R', 'urn:x', true]);
    expect(listChildren(root, 'b').map(({ namespace }) => namespace)).toEqual(['urn:y', 'urn:x']);
    expect(findPath(root, 'b')?.attributes.get('token')).toBe('t1');
    expect(numberAt(root, 'b')).toBe(5);
    expect(textAt(root, 'missing', 'b')).toBeUndefined();
  });

  it('prefers an element of a known vocabulary to one of a vendor with the same local name', () => {
    const root = read(
      '<r xmlns:v="urn:vendor" xmlns:t="http://www.onvif.org/ver10/schema"><v:N>no</v:N><t:N>yes</t:N></r>',
    );
    expect(findChild(root, 'N')?.text).toBe('yes');
  });

  it.each([
    ['a prefix that nobody declared', '<x:r><y:n>1</y:n></x:r>'],
    ['no namespaces at all', '<r><n>1</n></r>'],
    ['a byte order mark', '\u{feff}<?xml version="1.0"?><r><n>1</n></r>'],
    ['bytes before the declaration', '\r\n\r\n1f4\r\n<?xml version="1.0"?><r><n>1</n></r>'],
    ['a version that does not exist', '<?xml version="one"?><r><n>1</n></r>'],
    ['an encoding that does not exist', '<?xml version="1.0" encoding="klingon"?><r><n>1</n></r>'],
    ['an encoding that is not used', '<?xml version="1.0" encoding="utf-16"?><r><n>1</n></r>'],
    ['the zero of a C string behind it', '<r><n>1</n></r>\0'],
    ['anything behind the root', '<r><n>1</n></r></r><x'],
    ['control characters in it', '<r>\u0001<n>1</n></r>'],
    ['comments and instructions', '<!-- <x> --><r><?pi x?><n><!-- 2 -->1</n></r>'],
    ['CDATA', '<r><n><![CDATA[1]]></n></r>'],
  ])('takes %s', (_what, text) => {
    expect(textAt(read(text), 'n')).toBe('1');
  });

  it.each([
    ['escaped', '<u>rtsp://h/?a=1&amp;b=2</u>'],
    ['not escaped', '<u>rtsp://h/?a=1&b=2</u>'],
    ['in CDATA', '<u><![CDATA[rtsp://h/?a=1&b=2]]></u>'],
    ['by number', '<u>rtsp://h/?a=1&#38;b=2</u>'],
  ])('reads an address whose ampersand is %s', (_how, text) => {
    expect(read(text).text).toBe('rtsp://h/?a=1&b=2');
  });

  it('knows no entities but those of XML', () => {
    expect(read('<r>&nbsp;&lol;&lt;</r>').text).toBe('&nbsp;&lol;<');
  });

  it.each([
    [
      'GBK',
      'gbk',
      Buffer.from('<?xml version="1.0" encoding="GBK"?><r>\xc9\xe3\xcf\xf1</r>', 'latin1'),
      '摄像',
    ],
    [
      'Latin-1',
      'iso-8859-1',
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><r>caf\xe9</r>', 'latin1'),
      'café',
    ],
    ['UTF-16 with its mark', 'utf-16', Buffer.from('\u{feff}<r>café</r>', 'utf16le'), 'café'],
    ['UTF-8 by default', 'utf-8', Buffer.from('<r>café</r>'), 'café'],
  ])('reads %s', (_name, _label, bytes, expected) => {
    expect(readXml(bytes).text).toBe(expected);
  });

  it('gives what came of a document that ends early, and says what is incomplete', () => {
    const root = read('<e><b><r><n>1</n></r>');
    expect([root.isClosed, findPath(root, 'b', 'r')?.isClosed, findPath(root, 'b', 'r', 'n')?.text]).toEqual([
      false,
      true,
      '1',
    ]);
  });

  it.each([
    ['nothing', '', 'ONVIF_MALFORMED'],
    ['text', 'Bad Request', 'ONVIF_MALFORMED'],
    ['an error page', '<!DOCTYPE html><html><body>Not here<br></body></html>', 'NOT_ONVIF'],
    ['an error page without a document type', '\n<HTML><head></head></HTML>', 'NOT_ONVIF'],
    ['a document type', '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', 'ONVIF_MALFORMED'],
    ['elements that cross', '<a><b></a></b>', 'ONVIF_MALFORMED'],
    ['an attribute without quotes', '<a b=c></a>', 'ONVIF_MALFORMED'],
    ['a character that XML forbids', '<a>&#0;</a>', 'ONVIF_MALFORMED'],
  ])('refuses %s', (_what, text, code) => {
    expect(codeOf(() => read(text))).toBe(code);
  });

  it('refuses a billion laughs before anything is expanded', () => {
    const entities = Array.from(
      { length: 30 },
      (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`,
    ).join('');
    expect(
      codeOf(() => read(`<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">${entities}]><l>&l30;</l>`)),
    ).toBe('ONVIF_MALFORMED');
  });

  it.each([
    ['too deep', '<a>'.repeat(60_000)],
    ['too many elements', `<r>${'<a/>'.repeat(50_000)}</r>`],
    ['too many attributes', `<r ${Array.from({ length: 5000 }, (_, n) => `a${n}="1"`).join(' ')}/>`],
    ['too long a text', `<r>${'x'.repeat(100_000)}</r>`],
    ['too long an attribute', `<r a="${'x'.repeat(100_000)}"/>`],
    ['too large', `<r>${' '.repeat(300_000)}</r>`],
    ['full of ampersands', '&'.repeat(250_000)],
  ])('refuses what is %s', (_what, text) => {
    expect(codeOf(() => read(text))).toBe('ONVIF_MALFORMED');
  });

  it('takes what is full of unfinished sections in one pass', () => {
    // In time that grows with the square of its length this would take minutes.
    expect(read(`<r>${'<![CDATA['.repeat(25_000)}`).isClosed).toBe(false);
  });

  it('gives a tree or an OnvifError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const result = codeOf(() => readXml(bytes));
        expect(['nothing', 'ONVIF_MALFORMED', 'NOT_ONVIF']).toContain(result);
      }),
    );
  });

  it('gives a tree or an OnvifError for anything that looks like XML', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<a>',
        '</a>',
        '<b:c x="1">',
        '</b:c>',
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        '<?',
        '?>',
        '&',
        '&amp;',
        '&#x',
        ';',
        '"',
        '<!DOCTYPE',
        '>',
        '/>',
        ' xmlns:b="u"',
      ),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(['nothing', 'ONVIF_MALFORMED', 'NOT_ONVIF']).toContain(codeOf(() => read(pieces.join(''))));
      }),
    );
  });

  it('reads back every text that was escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
        const plain = text.replace(/[\p{Cc}\u{fffe}\u{ffff}]/gu, '').toWellFormed();
        const root = read(`<r a="${escapeXml(plain)}">${escapeXml(plain)}</r>`);
        expect([root.text, root.attributes.get('a')]).toEqual([plain.trim(), plain.trim()]);
      }),
    );
  });
});
