/** What a path means. `model` and `version` are decoded. */
export type Route =
  | { kind: 'live-root' | 'metrics' | 'v1-list' | 'v2-server' | 'v2-live' | 'v2-ready' | 'v2-list' }
  | { kind: 'v1-model' | 'v1-predict'; model: string }
  | { kind: 'v2-model' | 'v2-model-ready' | 'v2-infer'; model: string; version?: string };

const FIXED: Readonly<Record<string, Route>> = {
  '/': { kind: 'live-root' },
  '/metrics': { kind: 'metrics' },
  '/v1/models': { kind: 'v1-list' },
  '/v2': { kind: 'v2-server' },
  '/v2/': { kind: 'v2-server' },
  '/v2/health/live': { kind: 'v2-live' },
  '/v2/health/ready': { kind: 'v2-ready' },
  '/v2/models': { kind: 'v2-list' },
};

const V1_MODEL = /^\/v1\/models\/([^/]+)$/;
const V2_MODEL = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer))?$/;

/** Paths of the V1 and V2 protocols; undefined for any other. */
export function routeOf(url: string): Route | undefined {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  const fixed = FIXED[path];
  if (fixed) return fixed;
  const v1 = V1_MODEL.exec(path);
  if (v1) {
    const name = v1[1]!;
    return name.endsWith(':predict')
      ? withModel('v1-predict', name.slice(0, -':predict'.length))
      : withModel('v1-model', name);
  }
  const v2 = V2_MODEL.exec(path);
  if (!v2) return undefined;
  const kind = v2[3] === 'infer' ? 'v2-infer' : v2[3] === 'ready' ? 'v2-model-ready' : 'v2-model';
  const route = withModel(kind, v2[1]!);
  return route && v2[2] !== undefined ? { ...route, version: v2[2] } : route;
}

function withModel<K extends 'v1-model' | 'v1-predict' | 'v2-model' | 'v2-model-ready' | 'v2-infer'>(
  kind: K,
  raw: string,
) {
  try {
    return { kind, model: raw.includes('%') ? decodeURIComponent(raw) : raw };
  } catch {
    return undefined;
  }
}

/** Only predictions are posted. */
export function methodOf(route: Route): 'GET' | 'POST' {
  return route.kind === 'v1-predict' || route.kind === 'v2-infer' ? 'POST' : 'GET';
}

export function protocolOf(route: Route | undefined): 'v1' | 'v2' | 'other' {
  if (route?.kind.startsWith('v1')) return 'v1';
  return route?.kind.startsWith('v2') ? 'v2' : 'other';
}
