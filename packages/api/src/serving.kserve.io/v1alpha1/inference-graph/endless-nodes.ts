import type { InferenceGraphNode, InferenceGraphStep } from './types.ts';

/** A step from one node to another, by their names. */
interface Edge {
  index: number;
  to: string;
  /** The request that the node gets is the one that came in. */
  passesRequest: boolean;
}

/** Nodes that a request can never leave, each with the way back to itself: `root → a → root`. */
export interface EndlessPath {
  nodeName: string;
  stepIndex: number;
  path: string[];
}

/**
 * Circles that the router would follow for ever (routeStep of KServe's router calls itself for every `nodeName`). One that may end
 * is none: by a condition or a hard dependency in a Sequence, by chance in a Splitter, or because a Switch sees another
 * request than before.
 */
export function endlessPaths(nodes: ReadonlyMap<string, InferenceGraphNode>): EndlessPath[] {
  const certain = new Map([...nodes].map(([name, node]) => [name, certainEdges(node)]));
  const unchanged = new Map(
    [...nodes].map(([name, node]) => [
      name,
      (node.routerType === 'Switch' ? nodeSteps(node) : (certain.get(name) ?? [])).filter((edge) => edge.passesRequest),
    ]),
  );
  const found = new Map<string, EndlessPath>();
  for (const edges of [certain, unchanged]) {
    for (const endless of circles(edges)) found.set(`${endless.nodeName} ${endless.stepIndex}`, endless);
  }
  return [...found.values()];
}

/** The steps that are taken whatever the request is. */
function certainEdges(node: InferenceGraphNode): Edge[] {
  const edges = nodeSteps(node);
  if (node.routerType === 'Ensemble') return edges;
  if (node.routerType === 'Splitter') return edges.filter(({ index }) => (node.steps?.[index]?.weight ?? 0) >= 100);
  if (node.routerType !== 'Sequence') return [];
  const steps = node.steps ?? [];
  const mayEnd = steps.findIndex(
    ({ condition }, index) => Boolean(condition) || steps[index - 1]?.dependency === 'Hard',
  );
  return mayEnd < 0 ? edges : edges.filter(({ index }) => index < mayEnd);
}

function nodeSteps({ steps = [], routerType }: InferenceGraphNode): Edge[] {
  return steps.flatMap((step, index) =>
    step.nodeName ? [{ index, to: step.nodeName, passesRequest: passesRequest(step, index, routerType) }] : [],
  );
}

function passesRequest(step: InferenceGraphStep, index: number, routerType: string): boolean {
  if (routerType !== 'Sequence') return true;
  return !step.mapPredictionsToInstances && (index === 0 || step.data !== '$response');
}

/** One for every edge that leads back into a path which is being followed. Each node is visited once. */
function circles(edges: ReadonlyMap<string, readonly Edge[]>): EndlessPath[] {
  const found: EndlessPath[] = [];
  const done = new Set<string>();
  for (const start of edges.keys()) {
    if (done.has(start)) continue;
    const path: string[] = [start];
    const waiting: Edge[][] = [[...(edges.get(start) ?? [])]];
    while (path.length > 0) {
      const edge = waiting.at(-1)?.shift();
      const from = path.at(-1) as string;
      if (!edge) {
        done.add(from);
        path.pop();
        waiting.pop();
        continue;
      }
      const at = path.indexOf(edge.to);
      if (at >= 0) found.push({ nodeName: from, stepIndex: edge.index, path: [...path.slice(at), edge.to] });
      else if (!done.has(edge.to) && edges.has(edge.to)) {
        path.push(edge.to);
        waiting.push([...(edges.get(edge.to) ?? [])]);
      }
    }
  }
  return found;
}
