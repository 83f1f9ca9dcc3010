/** A counter's or gauge's value for one set of labels. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: Map<string, Sample>;
  /** Read when somebody asks, in place of samples that are kept. */
  readonly read?: () => readonly Sample[];
}

export interface Metrics {
  /** Adds one, or `by`. A family takes at most a thousand sets of labels; more are dropped. */
  count(name: string, help: string, labels: Readonly<Record<string, string>>, by?: number): void;
  /** Values that are read when somebody asks. */
  gauge(name: string, help: string, read: () => readonly Sample[]): void;
  /** Prometheus' text format, version 0.0.4. */
  render(): string;
}

const maxSamples = 1000;

/** What the operator counts: a handful of families, so nothing more than this is needed to tell them. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  return {
    count(name, help, labels, by = 1) {
      let family = families.get(name);
      if (!family) {
        family = { name, type: 'counter', help, samples: new Map() };
        families.set(name, family);
      }
      const key = JSON.stringify(labels);
      const sample = family.samples.get(key);
      if (sample) sample.value += by;
      else if (family.samples.size < maxSamples) family.samples.set(key, { labels, value: by });
    },
    gauge(name, help, read) {
      families.set(name, { name, type: 'gauge', help, samples: new Map(), read });
    },
    render: () => [...families.values()].map(renderFamily).join(''),
  };
}

function renderFamily({ name, type, help, samples, read }: Family): string {
  const lines = (read?.() ?? [...samples.values()]).map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
