import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** Who asked for a generation, how far it is, and why it came to nothing: asked of any replica, whoever builds it. */
export class Replays implements MigrationInterface {
  readonly name = migrationName(6, 'replays');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE app.generations
        ADD COLUMN requested_by text,
        ADD COLUMN progress text,
        ADD COLUMN failure text;
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
