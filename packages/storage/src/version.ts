/** Of this package. Not read from a file: a bundle and a single executable have none beside them. */
export const packageVersion = '0.1.0';
