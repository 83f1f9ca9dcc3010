// The parts of prom-client that are used. Its entry also loads a push gateway with an HTTPS client, cluster support, OpenTelemetry and
// process metrics, which takes longer than all the rest of a start. The version is pinned exactly.
// @ts-expect-error prom-client declares types for its entry only
import CounterClass from 'prom-client/lib/counter.js';
// @ts-expect-error as above
import GaugeClass from 'prom-client/lib/gauge.js';
// @ts-expect-error as above
import HistogramClass from 'prom-client/lib/histogram.js';
// @ts-expect-error as above
import RegistryClass from 'prom-client/lib/registry.js';

type Library = typeof import('prom-client');

export const Counter = CounterClass as Library['Counter'];
export const Gauge = GaugeClass as Library['Gauge'];
export const Histogram = HistogramClass as Library['Histogram'];
export const Registry = RegistryClass as Library['Registry'];
