import type { Json } from '@serval/kube/objects';
import { ManifestsError } from '../manifests-error.ts';
import { and, call, type Expression, empty, entryValue, literal, value } from './expression.ts';
import type { JsonSchema } from './json-schema.ts';
import { type Binding, type ChartObject, changePlace, literalAt, type Parameter, type Place } from './parameter.ts';
import { Choice, computed, Entries, isFields, isItems, type TemplateNode, when } from './tree.ts';

type Declaration = Omit<Parameter, 'default'>;

/** The place holds the value; its default is what stands there. */
export function settable(place: Place, declaration: Declaration): Binding {
  return (objects) => ({
    objects: changePlace(objects, place, () => computed(value(declaration.path))),
    parameters: [{ ...declaration, default: literalAt(objects, place) }],
  });
}

/** As `settable`, and the field is left out where the value is empty. */
export function removable(place: Place, declaration: Declaration): Binding {
  return (objects) => ({
    objects: changePlace(objects, place, () => ifGiven(declaration.path)),
    parameters: [{ ...declaration, default: literalAt(objects, place) }],
  });
}

/** A field that is not there unless the value is given. */
export function addable(place: Place, declaration: Declaration, fallback: Json): Binding {
  return (objects) => ({
    objects: changePlace(objects, place, (old) => {
      if (old !== undefined) throw new ManifestsError('BadSource', `${place.path.join('.')} is there already`);
      return ifGiven(declaration.path);
    }),
    parameters: [{ ...declaration, default: fallback }],
  });
}

/** More items at the end of a list. */
export function moreItems(place: Place, declaration: Declaration): Binding {
  return (objects) => ({
    objects: changePlace(objects, place, (old) => {
      if (!isItems(old)) throw new ManifestsError('BadSource', `${place.path.join('.')} is no list`);
      return [...old, new Entries(value(declaration.path), entryValue)];
    }),
    parameters: [{ ...declaration, default: [] }],
  });
}

/** More entries of a map; those that are there already cannot be given again. */
export function moreEntries(place: Place, declaration: Declaration): Binding {
  return (objects) => {
    const taken = Object.keys(literalAt(objects, place) as object);
    return {
      objects: changePlace(objects, place, (old) => {
        if (!isFields(old)) throw new ManifestsError('BadSource', `${place.path.join('.')} is no map`);
        return { ...old, [declaration.path]: new Entries(value(declaration.path), entryValue) };
      }),
      parameters: [
        { ...declaration, schema: { ...declaration.schema, propertyNames: { not: { enum: taken } } }, default: {} },
      ],
    };
  };
}

/** The object is there only while the value is true. */
export function switched(
  { kind, name }: Omit<Place, 'path'>,
  path: string,
  description: string,
  fallback: boolean,
): Binding {
  return (objects) => ({
    objects: onlyIf(objects, { kind, name }, value(path)),
    parameters: [{ path, description, schema: { type: 'boolean' }, default: fallback }],
  });
}

/** Adds a condition to the whole object. */
export function onlyIf(
  objects: readonly ChartObject[],
  { kind, name }: Omit<Place, 'path'>,
  condition: Expression,
): ChartObject[] {
  return changePlace(objects, { kind, name, path: [] }, (old) => narrowed(old as TemplateNode, condition));
}

function narrowed(node: TemplateNode, condition: Expression): TemplateNode {
  const [only, ...others] = node instanceof Choice ? node.branches : [];
  if (!only?.condition || others.length > 0) return when(condition, node);
  return when(and(only.condition, condition), only.node);
}

/** `registry/repository:tag`, or `registry/repository@digest`. */
export function image(place: Place, path: string, whose: string): Binding {
  return (objects) => {
    const [, repository, tag] = /^([^:@]+):([^:@]+)$/.exec(String(literalAt(objects, place))) ?? [];
    if (!repository || !tag) throw new ManifestsError('BadSource', `${place.path.join('.')} is no repository:tag`);
    const [registry, digest] = [value(`${path}.registry`), value(`${path}.digest`)];
    const text: JsonSchema = { type: 'string' };
    return {
      objects: changePlace(objects, place, () =>
        computed(
          call(
            'printf',
            literal('%s%s%s'),
            call('ternary', literal(''), call('printf', literal('%s/'), registry), empty(registry)),
            value(`${path}.repository`),
            call(
              'ternary',
              call('printf', literal(':%s'), value(`${path}.tag`)),
              call('printf', literal('@%s'), digest),
              empty(digest),
            ),
          ),
        ),
      ),
      parameters: [
        {
          path: `${path}.registry`,
          description: `Where ${whose} image is, without a path.`,
          schema: text,
          default: '',
        },
        {
          path: `${path}.repository`,
          description: 'Its name there.',
          schema: { ...text, minLength: 1 },
          default: repository,
        },
        { path: `${path}.tag`, description: 'Its tag.', schema: { ...text, minLength: 1 }, default: tag },
        {
          path: `${path}.digest`,
          description: 'Stands in for the tag where given.',
          schema: { ...text, pattern: '^(sha256:[0-9a-f]{64})?$' },
          default: '',
        },
      ],
    };
  };
}

function ifGiven(path: string): TemplateNode {
  return when(value(path), computed(value(path)));
}
