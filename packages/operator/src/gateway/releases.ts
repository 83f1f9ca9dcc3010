/** What is known of releases of an implementation (by its id), which controllers do not publish themselves. */
export interface KnownReleases {
  readonly id: string;
  /** Of images of its controller, the last parts of the repository. */
  readonly images: readonly string[];
  /** From a release on: the oldest Gateway API that a conformance report of it names, and the oldest Kubernetes that is documented. */
  readonly shown: readonly Shown[];
  readonly needs: readonly Need[];
  readonly source: string;
}

interface Shown {
  readonly from: string;
  readonly api: string;
  readonly kubernetes?: string;
}

/** Without it the controller does not start, or serves no route. */
interface Need {
  readonly from: string;
  /** The first release that no longer needs it. */
  readonly before?: string;
  /** A version of a definition, or a release of all of them. */
  readonly definition?: { readonly kind: string; readonly plural: string; readonly version: string };
  readonly api?: string;
  readonly source: string;
}

const grpcRoute = (version: string) => ({ kind: 'GRPCRoute', plural: 'grpcroutes', version });
const reports = 'kubernetes-sigs/gateway-api, conformance/reports';
const shown = (...pairs: readonly (readonly [from: string, api: string, kubernetes?: string])[]): Shown[] =>
  pairs.map(([from, api, kubernetes]) => ({ from, api, ...(kubernetes ? { kubernetes } : {}) }));

export const knownReleases: readonly KnownReleases[] = [
  {
    id: 'kong',
    images: ['kong/kubernetes-ingress-controller'],
    shown: shown(['3.0', '1.0'], ['3.2', '1.1'], ['3.4', '1.2']),
    needs: [],
    source: `${reports}; CHANGELOG.md of Kong/kubernetes-ingress-controller (3.2.0: GRPCRoute v1 of v1.1; 3.4.0: v1.2.0)`,
  },
  {
    id: 'kong-operator',
    images: ['kong/kong-operator', 'kong/gateway-operator', 'kong/gateway-operator-oss'],
    shown: shown(['1.4', '1.2'], ['2.0', '1.3'], ['2.1', '1.4'], ['2.2', '1.5'], ['2.3', '1.6']),
    needs: [],
    source: reports,
  },
  {
    id: 'envoy',
    images: ['envoyproxy/gateway'],
    shown: shown(
      ['0.6', '1.0', '1.26'],
      ['1.1', '1.1', '1.27'],
      ['1.2', '1.2', '1.28'],
      ['1.3', '1.2', '1.29'],
      ['1.4', '1.3', '1.30'],
      ['1.6', '1.4', '1.30'],
      ['1.7', '1.4', '1.32'],
      ['1.8', '1.5', '1.32'],
      ['1.9', '1.6', '1.32'],
    ),
    needs: [
      {
        from: '0.5',
        before: '1.1',
        definition: grpcRoute('v1alpha2'),
        source: 'kubernetes-sigs/gateway-api #3075: the standard channel from v1.1 on lacks it',
      },
      { from: '1.1', definition: grpcRoute('v1'), source: 'envoyproxy/gateway #3340: it ends when it starts' },
    ],
    source: `gateway.envoyproxy.io/news/releases/matrix; ${reports}`,
  },
  {
    id: 'istio',
    images: ['istio/pilot'],
    shown: shown(['1.20', '1.0'], ['1.22', '1.1'], ['1.24', '1.2'], ['1.26', '1.3'], ['1.28', '1.4'], ['1.30', '1.5']),
    needs: [],
    source: reports,
  },
  {
    id: 'nginx',
    images: ['nginx/nginx-gateway-fabric', 'nginxinc/nginx-gateway-fabric'],
    shown: shown(
      ['1.1', '1.0', '1.23'],
      ['1.3', '1.1', '1.25'],
      ['1.5', '1.2', '1.25'],
      ['2.1', '1.3', '1.25'],
      ['2.2', '1.2', '1.25'],
      ['2.3', '1.4', '1.25'],
      ['2.5', '1.5', '1.31'],
      ['2.7', '1.6', '1.31'],
    ),
    needs: [],
    source: `docs.nginx.com/nginx-gateway-fabric/overview/technical-specifications; ${reports}`,
  },
  {
    id: 'cilium',
    images: ['cilium/operator', 'cilium/operator-generic', 'cilium/operator-aws', 'cilium/operator-azure'],
    shown: shown(['1.15', '1.0'], ['1.16', '1.1'], ['1.17', '1.2'], ['1.19', '1.4'], ['1.20', '1.5']),
    needs: [
      {
        from: '1.14',
        before: '1.16',
        definition: grpcRoute('v1alpha2'),
        source: 'kubernetes-sigs/gateway-api #3075: the standard channel from v1.1 on lacks it',
      },
      { from: '1.16', definition: grpcRoute('v1'), source: 'rancher/rke2 #8839: its list of required definitions' },
    ],
    source: reports,
  },
  {
    id: 'traefik',
    images: ['library/traefik', 'traefik'],
    shown: shown(['3.1', '1.1'], ['3.2', '1.2'], ['3.5', '1.3'], ['3.6', '1.4'], ['3.7', '1.5']),
    needs: [
      { from: '3.6', before: '3.7', api: '1.4', source: 'traefik/traefik, migrate/v3: it supports v1.4.0 only' },
      { from: '3.7', api: '1.5', source: 'traefik/traefik, migrate/v3: it requires the definitions of v1.5.1' },
    ],
    source: `${reports}; go.mod of each release`,
  },
  {
    id: 'kgateway',
    images: ['kgateway-dev/kgateway'],
    shown: shown(['2.0', '1.2'], ['2.1', '1.3'], ['2.2', '1.4'], ['2.3', '1.5'], ['2.4', '1.6']),
    needs: [],
    source: reports,
  },
];

/** By the first two numbers, `v1.2.0-rc.1` as `1.2`; what is no release is neither older nor newer than anything. */
export function isOlderRelease(release: string, than: string): boolean {
  const [a, b] = [numbersOf(release), numbersOf(than)];
  if (!a || !b) return false;
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

/** What is known of a release: the entry of the newest that is not newer than it. */
export function shownFor({ shown: known }: KnownReleases, release: string): Shown | undefined {
  if (!numbersOf(release)) return undefined;
  return known.filter(({ from }) => !isOlderRelease(release, from)).at(-1);
}

export function needsOf({ needs }: KnownReleases, release: string): readonly Need[] {
  if (!numbersOf(release)) return [];
  return needs.filter(
    ({ from, before }) => !isOlderRelease(release, from) && (before === undefined || isOlderRelease(release, before)),
  );
}

/** The release in the name of an image of the controller: `3.4` of `docker.io/kong/kubernetes-ingress-controller:3.4.2`. */
export function releaseOfImage({ images }: KnownReleases, image: string): string | undefined {
  const [name = ''] = image.split('@');
  const [, repository = '', tag] = /^(.*?)(?::([^:/]+))?$/.exec(name) ?? [];
  const isOurs = images.some((known) => repository === known || repository.endsWith(`/${known}`));
  return isOurs && tag && numbersOf(tag) ? tag : undefined;
}

function numbersOf(release: string): readonly [number, number] | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(release) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}
