/**
 * As much of XML as the flat answers of object stores need. Elements are found by their exact tags, so that no general parser, with
 * its entities and external references, stands between an answer and us.
 */

/** Text of the first element of this name, attributes allowed. `undefined` where there is none or it has child elements. */
export function textOf(xml: string, element: string): string | undefined {
  const match = new RegExp(`<${element}(?:\\s[^<>]*)?>([^<]*)</${element}>`).exec(xml);
  return match ? unescapeXml(match[1]!) : undefined;
}

/** Insides of all elements of this name, which must not nest. */
export function* elementsOf(xml: string, element: string): Generator<string> {
  const end = `</${element}>`;
  for (let at = xml.indexOf(`<${element}>`); at >= 0; at = xml.indexOf(`<${element}>`, at)) {
    const start = at + element.length + 2;
    at = xml.indexOf(end, start);
    if (at < 0) return;
    yield xml.slice(start, at);
  }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const LAST_CODE_POINT = 0x10ffff;

/** What is no reference of XML's stays as it stands. */
function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name) return ENTITIES[name] ?? whole;
    const codePoint = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return codePoint <= LAST_CODE_POINT ? String.fromCodePoint(codePoint) : whole;
  });
}
