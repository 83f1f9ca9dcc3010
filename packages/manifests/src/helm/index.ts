export { type ChartName, chartFolder, chartNames } from './chart.ts';
export { variantValues } from './chart-values.ts';
export { keepAnnotation } from './crds-parameters.ts';
export { generateCharts } from './generate-charts.ts';
export { releaseSecretBytes } from './release-secret.ts';
export { type ChartRelease, renderChart, renderNotes } from './render.ts';
