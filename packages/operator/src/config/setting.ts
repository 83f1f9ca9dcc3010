/** What values of a setting may be. */
export interface Kind<T> {
  /** For messages and the reference, as in `must be true or false`. */
  readonly name: string;
  /** JSON schema of the values, for charts. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly fits: (value: unknown) => value is T;
  /** What is wrong with a value of the right type. */
  readonly fault?: (value: T) => string | undefined;
  /** Of an object: its keys. Others in it are not known. */
  readonly fields?: Fields;
  /** Whether a wrong value is kept out of messages, since it may hold a password. */
  readonly isQuiet?: boolean;
}

interface About {
  /** One sentence for the reference; of an idle setting, why nothing comes of it. */
  readonly effect: string;
  /** The release of KServe that brought it; `Serval` for what KServe does not have. */
  readonly since: string;
  /** Known, and without effect here: told, and never refused. */
  readonly isIdle: boolean;
}

/** A setting that always has a value. */
export interface Given<T> extends About {
  readonly kind: Kind<T>;
  readonly default: T;
  /** What is written comes on top of the default instead of in its place. Lists only. */
  readonly adds?: boolean;
}

/** A setting that may be left out altogether. */
export interface Open<T> extends About {
  readonly kind: Kind<T>;
  readonly default?: undefined;
  readonly adds?: undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: what a setting holds is only known where it is declared.
export type Setting = Given<any> | Open<any>;
export type Fields = Readonly<Record<string, Setting>>;

type IsGiven<S> = S extends { readonly default: unknown } ? true : false;
type ValueOf<S extends Setting> = S['kind'] extends Kind<infer T> ? T : never;

/** The typed form of a section. */
export type ValuesOf<F extends Fields> = {
  readonly [K in keyof F as IsGiven<F[K]> extends true ? K : never]: ValueOf<F[K]>;
} & {
  readonly [K in keyof F as IsGiven<F[K]> extends true ? never : K]?: ValueOf<F[K]>;
};

/** The oldest release whose keys are told apart. */
const oldest = '0.15';

export function given<T>(
  kind: Kind<T>,
  fallback: NoInfer<T>,
  effect: string,
  more: { since?: string; adds?: boolean } = {},
): Given<T> {
  return { kind, default: fallback, effect, isIdle: false, since: oldest, ...more };
}

export function open<T>(kind: Kind<T>, effect: string, since = oldest): Open<T> {
  return { kind, effect, since, isIdle: false };
}

/** A key that KServe reads and this release does not. */
export function idle(why: string, since = oldest): Open<unknown> {
  const anything: Kind<unknown> = { name: 'anything', schema: {}, fits: (_value): _value is unknown => true };
  return { kind: anything, effect: why, since, isIdle: true };
}

/** Keys below a key: what is not written in it has its own default. */
export function group<F extends Fields>(fields: F, effect: string, since = oldest): Given<ValuesOf<F>> {
  const fits = (value: unknown): value is ValuesOf<F> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const schema = schemaOf(fields);
  const kind: Kind<ValuesOf<F>> = { name: 'an object', schema, fits, fields };
  return { kind, default: defaultsOf(fields), effect, since, isIdle: false };
}

export function defaultsOf<F extends Fields>(fields: F): ValuesOf<F> {
  const given = Object.entries(fields).flatMap(([key, setting]) =>
    setting.default === undefined ? [] : [[key, setting.default]],
  );
  return Object.fromEntries(given) as ValuesOf<F>;
}

export function schemaOf(fields: Fields): Readonly<Record<string, unknown>> {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([key, { kind, effect, isIdle }]) => [
      key,
      { ...kind.schema, description: isIdle ? `Without effect: ${effect}.` : effect },
    ]),
  );
  return { type: 'object', properties, additionalProperties: false };
}
