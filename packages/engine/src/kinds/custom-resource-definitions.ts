import type { RuleChecker } from '@serval/kube/cel';
import { definitionStrategy, type NameConflict } from '../crd/strategy.ts';
import type { KindRow } from './define.ts';

/** Without columns of its own: Name and Created At are what upstream shows. */
export function customResourceDefinitions(nameConflict: NameConflict, rules: RuleChecker): KindRow {
  return {
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    clusterScoped: true,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    status: true,
    strategy: definitionStrategy(nameConflict, rules),
  };
}
