import type { Command } from 'commander';
import { examples, json } from './options';

export function addGenerationCommands(program: Command): void {
  const generations = program
    .command('generations')
    .description('sets of read models: the live one, drafts that are ready, former ones to go back to')
    .addHelpText(
      'after',
      `
Examples:
  tallystick generations list
  tallystick generations diff 4              what changes if 4 takes the live one's place
  tallystick generations diff 4 --csv        every drift that does, with both values
  tallystick generations diff 4 --csv --section orders   every field of every order that does
  tallystick generations promote 4
  tallystick generations rollback            back to the one that was live before
  tallystick generations drop 3`,
    );

  generations
    .command('list')
    .description('all that are there, the newest first')
    .addOption(json())
    .addHelpText('after', examples('tallystick generations list'))
    .action(async (options: { json: boolean }) => {
      const { runList } = await import('./generations.js');
      await runList(options);
    });

  generations
    .command('diff')
    .description("what changes if it takes the live one's place")
    .argument('<id>')
    .option('--csv', 'every difference of a section, as CSV', false)
    .option('--ndjson', 'the same, as JSON a line', false)
    .option(
      '--section <name>',
      'drifts, orders, stock, matches, quarantine, products, customers, invoices, feeds or channel-orders',
      'drifts',
    )
    .addOption(json())
    .addHelpText(
      'after',
      examples('tallystick generations diff 4', 'tallystick generations diff 4 --csv --section orders'),
    )
    .action(
      async (id: string, options: { json: boolean; csv: boolean; ndjson: boolean; section: string }) => {
        const { runDiff } = await import('./generations.js');
        await runDiff(id, options);
      },
    );

  generations
    .command('promote')
    .description("catch it up and put it in the live one's place")
    .argument('<id>')
    .addOption(json())
    .addHelpText('after', examples('tallystick generations promote 4'))
    .action(async (id: string, options: { json: boolean }) => {
      const { runPromote } = await import('./generations.js');
      await runPromote(id, options);
    });

  generations
    .command('rollback')
    .description('back to the generation that was live before')
    .addOption(json())
    .addHelpText('after', examples('tallystick generations rollback'))
    .action(async (options: { json: boolean }) => {
      const { runRollback } = await import('./generations.js');
      await runRollback(options);
    });

  generations
    .command('drop')
    .description('forget a draft or a former generation')
    .argument('<id>')
    .addOption(json())
    .addHelpText('after', examples('tallystick generations drop 3'))
    .action(async (id: string, options: { json: boolean }) => {
      const { runDrop } = await import('./generations.js');
      await runDrop(id, options);
    });
}
