/** TypeORM orders migrations by the last 13 characters of their names, as a number: ours is the file's number. */
export function migrationName(number: number, name: string): string {
  return `${name}-${String(number).padStart(13, '0')}`;
}

/** Migrations go forward only: what one did wrong, the next one mends. */
export function forwardOnly(name: string): Error {
  return new Error(`Migration ${name} cannot be undone: write a following one, or restore a backup.`);
}
