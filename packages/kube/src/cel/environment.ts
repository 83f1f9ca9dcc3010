import { Environment } from '@marcbachmann/cel-js';
import { compareQuantities, isQuantity, parseQuantity, type Quantity, quantityToNumber } from '../objects/index.ts';
import { compilePattern } from '../schema/index.ts';
import { registerHasField } from './has-field.ts';
import { registerNetwork } from './libraries/network.ts';
import { registerSets } from './libraries/sets.ts';

/** A `quantity(…)` of an expression. */
class CelQuantity {
  readonly value: Quantity;
  constructor(value: Quantity) {
    this.value = value;
  }
}

/** A `url(…)` of an expression. */
class CelUrl {
  readonly value: URL;
  constructor(value: URL) {
    this.value = value;
  }
}

// More than any rule needs that the API server accepts; its own limit is one of estimated cost.
const limits = { maxAstNodes: 20_000, maxDepth: 100, maxListElements: 1000, maxMapEntries: 1000 };

/** CEL with the libraries of Kubernetes that rules use most. Variables are of any type. */
export function createCelEnvironment(variables: readonly string[]): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true, limits });
  for (const name of variables) environment.registerVariable(name, 'dyn');
  registerHasField(environment);
  registerStrings(environment);
  registerLists(environment);
  registerQuantities(environment);
  registerUrls(environment);
  registerNetwork(environment);
  registerSets(environment);
  return environment;
}

function registerStrings(environment: Environment): void {
  environment
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction('string.charAt(int): string', (text: string, at: bigint) => {
      if (at < 0n || at > BigInt(text.length)) throw new RangeError(`index out of range: ${at}`);
      return text.charAt(Number(at));
    })
    .registerFunction('string.find(string): string', (text: string, pattern: string) => {
      return allMatches(text, pattern, 1)[0] ?? '';
    })
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      allMatches(text, pattern, -1),
    )
    .registerFunction('string.findAll(string, int): list<string>', (text: string, pattern: string, most: bigint) =>
      allMatches(text, pattern, Number(most)),
    )
    .registerFunction('isURL(string): bool', (text: string) => parseUrl(text) !== undefined);
}

/** Parts of the text that match, at most `most` (negative: all). The pattern is checked to be RE2; only then is it run as it is. */
function allMatches(text: string, pattern: string, most: number): string[] {
  if (most === 0 || !compilePattern(pattern)(text)) return [];
  const found = [...text.matchAll(new RegExp(pattern, 'gu'))].map(([match]) => match);
  return most < 0 ? found : found.slice(0, most);
}

type Ordered = bigint | number | string;

function registerLists(environment: Environment): void {
  environment
    .registerFunction('list.sum(): dyn', (list: (bigint | number)[]) =>
      list.reduce((sum, value) => (sum as number) + (value as number), typeof list[0] === 'number' ? 0 : 0n),
    )
    .registerFunction('list.min(): dyn', (list: Ordered[]) => extreme(list, (a, b) => a < b))
    .registerFunction('list.max(): dyn', (list: Ordered[]) => extreme(list, (a, b) => a > b))
    .registerFunction('list.isSorted(): bool', (list: Ordered[]) =>
      list.every((value, i) => i === 0 || (list[i - 1] as Ordered) <= value),
    )
    .registerFunction('list.indexOf(dyn): int', (list: unknown[], value: unknown) => BigInt(list.indexOf(value)))
    .registerFunction('list.lastIndexOf(dyn): int', (list: unknown[], value: unknown) =>
      BigInt(list.lastIndexOf(value)),
    );
}

function extreme(list: Ordered[], isBetter: (a: Ordered, b: Ordered) => boolean): Ordered {
  if (list.length === 0) throw new RangeError('min and max need a list with elements');
  return list.reduce((best, value) => (isBetter(value, best) ? value : best));
}

function registerQuantities(environment: Environment): void {
  const compare = (a: CelQuantity, b: CelQuantity) => compareQuantities(a.value, b.value);
  environment
    .registerType('Quantity', { ctor: CelQuantity, fields: {} })
    .registerFunction('quantity(string): Quantity', (text: string) => new CelQuantity(parseQuantity(text)))
    .registerFunction('isQuantity(string): bool', (text: string) => isQuantity(text))
    .registerFunction('Quantity.isGreaterThan(Quantity): bool', (a: CelQuantity, b: CelQuantity) => compare(a, b) > 0)
    .registerFunction('Quantity.isLessThan(Quantity): bool', (a: CelQuantity, b: CelQuantity) => compare(a, b) < 0)
    .registerFunction('Quantity.compareTo(Quantity): int', (a: CelQuantity, b: CelQuantity) => BigInt(compare(a, b)))
    .registerFunction('Quantity.sign(): int', ({ value }: CelQuantity) =>
      BigInt(Math.sign(compareQuantities(value, '0'))),
    )
    .registerFunction('Quantity.isInteger(): bool', ({ value }: CelQuantity) =>
      Number.isInteger(quantityToNumber(value)),
    )
    .registerFunction('Quantity.asInteger(): int', ({ value }: CelQuantity) => BigInt(quantityToNumber(value)))
    .registerFunction('Quantity.asApproximateFloat(): double', ({ value }: CelQuantity) => quantityToNumber(value));
}

function registerUrls(environment: Environment): void {
  environment
    .registerType('URL', { ctor: CelUrl, fields: {} })
    .registerFunction('url(string): URL', (text: string) => {
      const value = parseUrl(text);
      if (!value) throw new RangeError(`URL parse error during conversion from string: ${text}`);
      return new CelUrl(value);
    })
    .registerFunction('URL.getScheme(): string', ({ value }: CelUrl) => value.protocol.slice(0, -1))
    .registerFunction('URL.getHost(): string', ({ value }: CelUrl) => value.host)
    .registerFunction('URL.getHostname(): string', ({ value }: CelUrl) => value.hostname.replace(/^\[|\]$/g, ''))
    .registerFunction('URL.getPort(): string', ({ value }: CelUrl) => value.port)
    .registerFunction('URL.getEscapedPath(): string', ({ value }: CelUrl) => value.pathname);
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
