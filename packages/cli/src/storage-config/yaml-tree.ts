import { COLLECTION_STYLE, EVENT_ID, type Event, getScalarValue, parseEvents, type ScalarEvent } from 'js-yaml';

/** A value of a YAML (or JSON) stream and where it stands, so that one can be changed and all others stay as they were written. */
export type YamlNode = YamlScalar | YamlMapping | YamlSequence | { type: 'alias'; start: number; end: number };

export interface YamlScalar {
  type: 'scalar';
  value: string;
  /** Quotes are included; of a block, its lines. */
  start: number;
  end: number;
  event: ScalarEvent;
}

export interface YamlMapping {
  type: 'mapping';
  isFlow: boolean;
  start: number;
  entries: { key: YamlScalar; value: YamlNode }[];
}

interface YamlSequence {
  type: 'sequence';
  isFlow: boolean;
  start: number;
  items: YamlNode[];
}

/** The root of every document. Throws `YAMLException`. */
export function yamlDocuments(text: string): YamlNode[] {
  const events = parseEvents(text, {});
  const documents: YamlNode[] = [];
  let at = 0;

  const read = (): YamlNode => {
    const event = events[at++] as Event;
    if (event.type === EVENT_ID.SCALAR) return scalar(text, event);
    if (event.type === EVENT_ID.ALIAS) return { type: 'alias', start: event.anchorStart, end: event.anchorEnd };
    if (event.type === EVENT_ID.MAPPING) {
      const entries: YamlMapping['entries'] = [];
      while (events[at]?.type !== EVENT_ID.POP) {
        const key = read();
        const value = read();
        if (key.type === 'scalar') entries.push({ key, value });
      }
      at++;
      return { type: 'mapping', isFlow: event.style === COLLECTION_STYLE.FLOW, start: event.start, entries };
    }
    if (event.type === EVENT_ID.SEQUENCE) {
      const items: YamlNode[] = [];
      while (events[at]?.type !== EVENT_ID.POP) items.push(read());
      at++;
      return { type: 'sequence', isFlow: event.style === COLLECTION_STYLE.FLOW, start: event.start, items };
    }
    throw new Error('a document or an end stands where a value was expected');
  };

  while (at < events.length) {
    const event = events[at++];
    if (event?.type !== EVENT_ID.DOCUMENT || events[at]?.type === EVENT_ID.POP) continue;
    documents.push(read());
  }
  return documents;
}

export function member(node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node?.type === 'sequence') return node.items[Number(name)];
  return node?.type === 'mapping' ? node.entries.findLast(({ key }) => key.value === name)?.value : undefined;
}

/** Where a value ends, its closing bracket included. */
export function endOf(text: string, node: YamlNode): number {
  if (node.type === 'scalar' || node.type === 'alias') return node.end;
  const last = node.type === 'mapping' ? node.entries.at(-1)?.value : node.items.at(-1);
  const inner = last ? endOf(text, last) : node.start + 1;
  if (!node.isFlow) return last ? inner : node.start;
  return text.indexOf(node.type === 'mapping' ? '}' : ']', inner) + 1;
}

function scalar(text: string, event: ScalarEvent): YamlScalar {
  const isEmpty = event.valueStart < 0;
  const isQuoted = !isEmpty && (event.style === 2 || event.style === 3);
  const start = isEmpty ? -1 : event.valueStart - (isQuoted ? 1 : 0);
  const end = isEmpty ? -1 : event.valueEnd + (isQuoted ? 1 : 0);
  return { type: 'scalar', value: isEmpty ? '' : getScalarValue(text, event), start, end, event };
}
