import { checkDns1035Label } from '@serval/kube/objects';
import { type FieldError, fieldPath } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readText } from '../../../schema/lenient.ts';
import { endlessPaths } from './endless-nodes.ts';
import type { InferenceGraph, InferenceGraphNode, InferenceGraphStep } from './types.ts';

/** Requests enter the graph here (KServe's GraphRootNodeName). */
const rootNode = 'root';

/** Every error of a graph that a schema cannot tell (KServe's graph webhook, and what its router fails on with every request). */
export function validateInferenceGraph({ metadata, spec }: InferenceGraph): FieldError[] {
  const errors = new FieldErrors();
  const name = readText(metadata.name) ?? '';
  if ((name !== '' || !metadata.generateName) && !/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    errors.invalid(
      'metadata.name',
      `must be lower-case letters, digits and "-", start with a letter and end with a letter or digit; got ${JSON.stringify(name)}`,
    );
  }
  for (const field of ['minReplicas', 'maxReplicas', 'timeout'] as const) {
    const value = spec?.[field];
    if (typeof value === 'number' && value < 0) errors.invalid(`spec.${field}`, `must be at least 0, got ${value}`);
  }
  const nodes = new Map(Object.entries(isRecord(spec?.nodes) ? spec.nodes : {}).filter(([, node]) => isRecord(node)));
  if (!nodes.has(rootNode)) {
    const has = nodes.size > 0 ? `it has ${[...nodes.keys()].join(', ')}` : 'it has no nodes';
    errors.required('spec.nodes', `must have a node ${rootNode}, at which requests enter; ${has}`);
  }
  for (const [nodeName, node] of nodes) validateNode(fieldPath('spec.nodes', nodeName), node, nodes, errors);
  for (const { nodeName, stepIndex, path } of endlessPaths(readable(nodes))) {
    errors.invalid(
      `${fieldPath('spec.nodes', nodeName)}.steps[${stepIndex}].nodeName`,
      `must not lead back to where the request came from, as it would never be answered: ${path.join(' → ')}`,
    );
  }
  return errors.list;
}

function validateNode(
  path: string,
  node: InferenceGraphNode,
  nodes: ReadonlyMap<string, InferenceGraphNode>,
  errors: FieldErrors,
): void {
  const names = new Set<string>();
  for (const [index, step] of stepsOf(node).entries()) {
    const at = `${path}.steps[${index}]`;
    if (!isRecord(step)) continue;
    if (step.name) {
      if (names.has(step.name)) {
        errors.duplicate(`${at}.name`, `must be unique in its node, ${JSON.stringify(step.name)} is there twice`);
      }
      names.add(step.name);
    }
    validateTarget(at, step, nodes, errors);
    if (node.routerType === 'Switch' && !step.condition) {
      errors.required(`${at}.condition`, 'must say when a Switch takes this step; without one it never does');
    }
  }
  if (node.routerType === 'Splitter') validateWeights(path, stepsOf(node), errors);
}

function validateTarget(
  at: string,
  step: InferenceGraphStep,
  nodes: ReadonlyMap<string, InferenceGraphNode>,
  errors: FieldErrors,
): void {
  const { nodeName, serviceName, serviceUrl } = step;
  const targets = Object.entries({ nodeName, serviceName, serviceUrl }).filter(([, value]) => value);
  if (targets.length !== 1) {
    const has = targets.length === 0 ? 'none' : targets.map(([field]) => field).join(' and ');
    const message = `must have exactly one of nodeName, serviceName, serviceUrl; it has ${has}`;
    if (targets.length === 0) errors.required(at, message);
    else errors.invalid(at, message);
  }
  if (typeof nodeName === 'string' && nodeName && !nodes.has(nodeName)) {
    errors.invalid(
      `${at}.nodeName`,
      `must be one of the nodes ${[...nodes.keys()].join(', ')}; got ${JSON.stringify(nodeName)}`,
    );
  }
  const problem = typeof serviceName === 'string' && serviceName ? checkDns1035Label(serviceName) : undefined;
  if (problem) errors.invalid(`${at}.serviceName`, `${problem}; got ${JSON.stringify(serviceName)}`);
  if (typeof serviceUrl === 'string' && serviceUrl && !/^https?:\/\/[^/]/.test(serviceUrl)) {
    errors.invalid(`${at}.serviceUrl`, 'must start with http:// or https:// and a host');
  }
}

function validateWeights(path: string, steps: readonly InferenceGraphStep[], errors: FieldErrors): void {
  let sum = 0;
  let areAllThere = true;
  for (const [index, step] of steps.entries()) {
    const weight = isRecord(step) ? step.weight : undefined;
    if (typeof weight !== 'number') {
      areAllThere = false;
      errors.required(
        `${path}.steps[${index}].weight`,
        'must be the percent of the requests that a Splitter sends here',
      );
    } else if (weight < 0) errors.invalid(`${path}.steps[${index}].weight`, `must be from 0 to 100, got ${weight}`);
    sum += weight ?? 0;
  }
  if (areAllThere && sum !== 100) {
    errors.invalid(`${path}.steps`, `must have weights that sum to 100, they sum to ${sum}`);
  }
}

/** Only what has the right types, for following the steps. */
function readable(nodes: ReadonlyMap<string, InferenceGraphNode>): Map<string, InferenceGraphNode> {
  return new Map(
    [...nodes].map(([name, node]) => [
      name,
      { ...node, steps: stepsOf(node).map((step) => (isRecord(step) ? step : {})) },
    ]),
  );
}

function stepsOf(node: InferenceGraphNode): InferenceGraphStep[] {
  return Array.isArray(node.steps) ? node.steps : [];
}

function isRecord<T>(value: T): value is T & object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
