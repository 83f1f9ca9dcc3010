import { ManifestsError } from '../manifests-error.ts';
import type { Expression } from './expression.ts';
import { parseExpression } from './parse-expression.ts';

/** A template as the writer makes it: lines of text, and blocks around lines. */
export type Block =
  | { readonly type: 'line'; readonly line: number; readonly parts: readonly (string | Expression)[] }
  | { readonly type: 'if'; readonly line: number; readonly branches: readonly ConditionalBlocks[] }
  | {
      readonly type: 'range';
      readonly line: number;
      readonly of: Expression;
      readonly withKeys: boolean;
      readonly blocks: readonly Block[];
    };

interface ConditionalBlocks {
  readonly condition?: Expression;
  readonly blocks: Block[];
}

type Frame =
  | { readonly type: 'root'; readonly blocks: Block[] }
  | { readonly type: 'if'; readonly line: number; readonly branches: ConditionalBlocks[] }
  | {
      readonly type: 'range';
      readonly line: number;
      readonly of: Expression;
      readonly withKeys: boolean;
      readonly blocks: Block[];
    };

const controlLine = /^\{\{- (if|else if|else|range|end)(?: (.*?))? \}\}$/s;
const rangeHeader = /^(\$key, )?\$value := (.+)$/s;
/** Texts inside may hold braces. */
const inlineAction = /\{\{ ((?:"(?:[^"\\]|\\.)*"|[^"{}])+) \}\}/gs;

/**
 * Reads the closed set of constructs that the writer makes.
 *
 * @throws ManifestsError UnsupportedTemplate for anything else, with path and line.
 */
export function parseTemplate(text: string, path: string): Block[] {
  const root: Frame = { type: 'root', blocks: [] };
  const frames: Frame[] = [root];
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    const refuse = () => refused(`${path}:${line}`, content);
    const frame = frames.at(-1) as Frame;
    const [, verb, rest] = controlLine.exec(content) ?? [];
    if (!verb) blocksOf(frame).push({ type: 'line', line, parts: partsOf(content, refuse) });
    else if (verb === 'end') close(frames, rest, refuse);
    else if (verb === 'if')
      frames.push({ type: 'if', line, branches: [{ condition: read(rest, refuse), blocks: [] }] });
    else if (verb === 'range') frames.push(rangeFrame(rest, line, refuse));
    else addBranch(frame, verb === 'else' ? undefined : read(rest, refuse), verb === 'else' ? rest : undefined, refuse);
  }
  if (frames.length > 1) throw refused(`${path}:${lines.length}`, 'an end is missing');
  return root.blocks;
}

function blocksOf(frame: Frame): Block[] {
  return frame.type === 'if' ? (frame.branches.at(-1) as ConditionalBlocks).blocks : frame.blocks;
}

function close(frames: Frame[], rest: string | undefined, refuse: () => Error): void {
  const frame = frames.pop();
  const around = frames.at(-1);
  if (!frame || frame.type === 'root' || !around || rest !== undefined) throw refuse();
  blocksOf(around).push(frame);
}

function rangeFrame(header: string | undefined, line: number, refuse: () => Error): Frame {
  const [, key, of] = rangeHeader.exec(header ?? '') ?? [];
  return { type: 'range', line, of: read(of, refuse), withKeys: key !== undefined, blocks: [] };
}

function addBranch(
  frame: Frame,
  condition: Expression | undefined,
  surplus: string | undefined,
  refuse: () => Error,
): void {
  if (frame.type !== 'if' || surplus !== undefined || !frame.branches.at(-1)?.condition) throw refuse();
  frame.branches.push({ ...(condition ? { condition } : {}), blocks: [] });
}

function read(text: string | undefined, refuse: () => Error): Expression {
  const expression = parseExpression(text ?? '');
  if (!expression) throw refuse();
  return expression;
}

function partsOf(line: string, refuse: () => Error): (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  let end = 0;
  for (const match of line.matchAll(inlineAction)) {
    parts.push(line.slice(end, match.index), read(match[1], refuse));
    end = match.index + match[0].length;
  }
  parts.push(line.slice(end));
  if (parts.some((part) => typeof part === 'string' && part.includes('{{'))) throw refuse();
  return parts;
}

function refused(where: string, what: string): ManifestsError {
  return new ManifestsError('UnsupportedTemplate', `${where}: ${what.trim()}: not handled by the offline render`, {
    hint: 'render it with `helm template`; docs/helm.md lists what the offline render handles',
  });
}
