import type { RuleChecker } from '@serval/kube/cel';
import { type AnyObject, type Condition, deepEqual, setCondition } from '@serval/kube/objects';
import { checkStructural, type FieldError, fieldErrors, type StructuralSchema } from '@serval/kube/schema';
import { setDefaults } from '../kinds/defaults/set-defaults.ts';
import { timestamp } from '../registry/object-meta.ts';
import type { Strategy } from '../registry/served-resource.ts';
import { type CustomResourceDefinition, cleanupFinalizer } from './definition.ts';

/** What keeps the names of a definition from being served: text for a condition, or nothing. */
export type NameConflict = (definition: CustomResourceDefinition) => string | undefined;

/** The kind CustomResourceDefinition: names are accepted, and the kind established, with the write itself. */
export function definitionStrategy(nameConflict: NameConflict, rules: RuleChecker): Strategy {
  return {
    defaults(draft) {
      const { names } = draft['spec'] ?? {};
      setDefaults(names, {
        singular: names?.kind?.toLowerCase(),
        listKind: names?.kind ? `${names.kind}List` : undefined,
      });
      setDefaults(draft['spec'], { conversion: { strategy: 'None' } });
      if (draft['spec']?.preserveUnknownFields === false) delete draft['spec'].preserveUnknownFields;
      const service = draft['spec']?.conversion?.webhook?.clientConfig?.service;
      setDefaults(service, { port: 443 });
    },
    prepareForCreate(draft, { nowMs }) {
      draft.metadata.finalizers = [...new Set([...(draft.metadata.finalizers ?? []), cleanupFinalizer])];
      this.defaults?.(draft);
      acceptNames(draft, nameConflict, nowMs);
    },
    prepareForUpdate(draft, _old, { nowMs }) {
      this.defaults?.(draft);
      acceptNames(draft, nameConflict, nowMs);
    },
    validate(object, old) {
      const definition = object as unknown as CustomResourceDefinition;
      const before = old as CustomResourceDefinition | undefined;
      const errors = validateDefinition(definition, before);
      return errors.length > 0 ? errors : checkRules(definition, before, rules);
    },
    warnings(object, old) {
      const definition = object as unknown as CustomResourceDefinition;
      return changedSchemas(definition, old as CustomResourceDefinition | undefined).flatMap(({ schema, path }) =>
        rules
          .unsupported(schema)
          .map(
            (found) => `${path}${found.path}: the rule is not evaluated here, as it uses ${found.uses}: ${found.rule}`,
          ),
      );
    },
  };
}

function acceptNames(draft: AnyObject, nameConflict: NameConflict, nowMs: number): void {
  const definition = draft as unknown as CustomResourceDefinition;
  const { spec } = definition;
  if (!spec?.names || !Array.isArray(spec.versions)) return;
  const problem = nameConflict(definition);
  const now = timestamp(nowMs);
  let conditions: Condition[] = definition.status?.conditions ?? [];
  conditions = setCondition(
    conditions,
    problem
      ? { type: 'NamesAccepted', status: 'False', reason: 'NameConflict', message: problem }
      : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
    now,
  );
  const wasEstablished = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  conditions = setCondition(
    conditions,
    problem && !wasEstablished
      ? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
      : {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        },
    now,
  );
  const storage = spec.versions.find((version) => version?.storage)?.name;
  const storedVersions = new Set([...(definition.status?.storedVersions ?? []), ...(storage ? [storage] : [])]);
  definition.status = {
    ...definition.status,
    conditions,
    acceptedNames: problem ? (definition.status?.acceptedNames ?? spec.names) : spec.names,
    storedVersions: [...storedVersions],
  };
}

/** Rules of `apiextensions/validation` beyond the schema of the kind. */
function validateDefinition(definition: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  const { spec, metadata } = definition;
  const { names, versions = [], group } = spec;
  if (!group) errors.push(fieldErrors.required('spec.group'));
  if (!names?.plural) errors.push(fieldErrors.required('spec.names.plural'));
  if (!names?.kind) errors.push(fieldErrors.required('spec.names.kind'));
  if (names?.plural !== names?.plural?.toLowerCase()) {
    errors.push(fieldErrors.invalid('spec.names.plural', names.plural, 'must be lower case'));
  }
  if (metadata.name !== `${names?.plural}.${group}`) {
    errors.push(fieldErrors.invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') {
    errors.push(fieldErrors.notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  }
  if (spec.preserveUnknownFields) {
    errors.push(
      fieldErrors.invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'),
    );
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(
      fieldErrors.invalid(
        'spec.versions',
        versions.map(({ name }) => name),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  const seen = new Set<string>();
  versions.forEach((version, index) => {
    const path = `spec.versions[${index}]`;
    if (seen.has(version.name)) errors.push(fieldErrors.duplicate(`${path}.name`, version.name));
    seen.add(version.name);
    const schema = version.schema?.openAPIV3Schema;
    if (!schema) errors.push(fieldErrors.required(`${path}.schema.openAPIV3Schema`, 'schemas are required'));
    else errors.push(...checkStructural(schema, `${path}.schema.openAPIV3Schema`));
  });
  const { conversion } = spec;
  if (conversion?.strategy === 'Webhook' && !conversion.webhook?.clientConfig) {
    errors.push(
      fieldErrors.required('spec.conversion.webhook.clientConfig', 'required when strategy is set to Webhook'),
    );
  }
  if (old) errors.push(...validateChange(definition, old));
  return errors;
}

/** Rules that are stored already stay, whatever became of the evaluator. */
function checkRules(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
  rules: RuleChecker,
): FieldError[] {
  return changedSchemas(definition, old).flatMap(({ schema, path }) => rules.checkSchema(schema, path));
}

/** Schemas that are new or other than before: what is stored already is not judged again. */
function changedSchemas(
  { spec }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): { schema: StructuralSchema; path: string }[] {
  return spec.versions.flatMap(({ name, schema }, index) => {
    const known = old?.spec.versions.find((version) => version.name === name)?.schema;
    if (!schema?.openAPIV3Schema || deepEqual(known, schema)) return [];
    return [{ schema: schema.openAPIV3Schema, path: `spec.versions[${index}].schema.openAPIV3Schema` }];
  });
}

function validateChange(definition: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  if (definition.spec.group !== old.spec.group) {
    errors.push(fieldErrors.invalid('spec.group', definition.spec.group, 'field is immutable'));
  }
  if (definition.spec.scope !== old.spec.scope) {
    errors.push(fieldErrors.invalid('spec.scope', definition.spec.scope, 'field is immutable'));
  }
  const known = new Set((definition.spec.versions ?? []).map(({ name }) => name));
  for (const version of old.status?.storedVersions ?? []) {
    if (known.has(version)) continue;
    errors.push(
      fieldErrors.invalid(
        'status.storedVersions[0]',
        version,
        'missing from spec.versions; objects may still be stored in it',
      ),
    );
  }
  return errors;
}
