import type { Json } from '@serval/kube/objects';
import { ManifestsError } from '../manifests-error.ts';
import type { JsonSchema } from './json-schema.ts';
import { changeAt, isLiteral, type TemplateNode, valuesRead } from './tree.ts';

/** One value that an owner may set. `values.yaml`, its schema and the table of the README come from it. */
export interface Parameter {
  /** Dotted, as after `--set`. */
  readonly path: string;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly default: Json;
}

/** One template: an object, perhaps under a condition. */
export interface ChartObject {
  readonly kind: string;
  readonly name: string;
  /** Below `templates/`. */
  readonly file: string;
  readonly node: TemplateNode;
}

export interface Parameterised {
  readonly objects: readonly ChartObject[];
  readonly parameters: readonly Parameter[];
}

/** Makes some places of the objects depend on values, and says which. */
export type Binding = (objects: readonly ChartObject[]) => Parameterised;

/** A field of one object, or the object itself. */
export interface Place {
  readonly kind: string;
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** Carries out all bindings, in order. Throws `ManifestsError` BadSource where a place is missing, or a value is read nowhere or not declared. */
export function parameterise(
  objects: readonly ChartObject[],
  declared: readonly Parameter[],
  bindings: readonly Binding[],
): Parameterised {
  let result: Parameterised = { objects, parameters: declared };
  for (const bind of bindings) {
    const bound = bind(result.objects);
    result = { objects: bound.objects, parameters: [...result.parameters, ...bound.parameters] };
  }
  requireEffects(result);
  return result;
}

/** Puts what `change` makes of the node at a place there; the old node comes back too, where it is literal. */
export function changePlace(
  objects: readonly ChartObject[],
  place: Place,
  change: (old: TemplateNode | undefined) => TemplateNode,
): ChartObject[] {
  const isThere = ({ kind, name }: ChartObject) => kind === place.kind && name === place.name;
  if (!objects.some(isThere)) throw new ManifestsError('BadSource', `no ${place.kind} ${place.name} to parameterise`);
  return objects.map((object) =>
    isThere(object) ? { ...object, node: changeAt(object.node, place.path, change) } : object,
  );
}

/** What stands at a place now, for a default. Throws `ManifestsError` BadSource unless it is the same literal in every variant. */
export function literalAt(objects: readonly ChartObject[], place: Place): Json {
  let found: TemplateNode | undefined;
  changePlace(objects, place, (old) => {
    found = old;
    return old ?? null;
  });
  if (found === undefined || !isLiteral(found)) {
    throw new ManifestsError('BadSource', `${place.kind} ${place.name} ${place.path.join('.')} is no constant`);
  }
  return found as Json;
}

function requireEffects({ objects, parameters }: Parameterised): void {
  const read = new Set(objects.flatMap(({ node }) => valuesRead(node)));
  const paths = parameters.map(({ path }) => path);
  const isIn = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}.`);
  const idle = paths.find((path) => ![...read].some((used) => isIn(used, path)));
  if (idle) throw new ManifestsError('BadSource', `the value ${idle} has no effect on any object`);
  const unknown = [...read].find((used) => !paths.some((path) => isIn(used, path)));
  if (unknown)
    throw new ManifestsError('BadSource', `templates read the value ${unknown}, which no parameter declares`);
  const twice = paths.find((path, index) => paths.some((other, at) => at !== index && isIn(path, other)));
  if (twice) throw new ManifestsError('BadSource', `the value ${twice} is declared twice`);
}
