import type { Command } from 'commander';
import { examples, json } from './options';

export function addMappingCommands(program: Command): void {
  const mapping = program
    .command('mapping')
    .description("what the sources' words mean: tables of dated entries, versioned in the ledger")
    .addHelpText(
      'after',
      `
Examples:
  tallystick mapping show                              the tables, in force and drafted
  tallystick mapping show sku-aliases > aliases.yaml   one table, to be edited
  tallystick mapping edit sku-aliases aliases.yaml --reason "renamed in March"
  tallystick mapping diff                              what the drafts change
  tallystick replay --mapping draft                    and what that would have found`,
    );

  mapping
    .command('show')
    .description('the tables, or the entries of one')
    .argument('[table]')
    .option('--draft', 'as drafted, not as in force', false)
    .addOption(json())
    .addHelpText('after', examples('tallystick mapping show', 'tallystick mapping show sku-aliases --draft'))
    .action(async (table: string | undefined, options: { json: boolean; draft: boolean }) => {
      const { runShowMapping } = await import('./mapping.js');
      await runShowMapping(table, options);
    });

  mapping
    .command('edit')
    .description('draft the next version of a table: checked, recorded in the ledger, not in force')
    .argument('<table>')
    .argument('<file>', 'YAML or JSON with all its entries, or - for standard input')
    .option('--reason <text>', 'why, kept beside the version')
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  tallystick mapping edit sku-aliases aliases.yaml --reason "renamed in March"
  echo '[{"from": "PCK", "to": "EA", "factor": "6"}]' | tallystick mapping edit units -`,
    )
    .action(async (table: string, file: string, options: { json: boolean; reason?: string }) => {
      const { runEditMapping } = await import('./mapping.js');
      await runEditMapping(table, file, options);
    });

  mapping
    .command('diff')
    .description('what the drafts add to what is in force, and take from it')
    .argument('[table]')
    .addOption(json())
    .addHelpText('after', examples('tallystick mapping diff', 'tallystick mapping diff units'))
    .action(async (table: string | undefined, options: { json: boolean }) => {
      const { runDiffMapping } = await import('./mapping.js');
      await runDiffMapping(table, options);
    });

  mapping
    .command('history')
    .description('the versions, the newest first')
    .argument('[table]')
    .addOption(json())
    .addHelpText('after', examples('tallystick mapping history sku-aliases'))
    .action(async (table: string | undefined, options: { json: boolean }) => {
      const { runMappingHistory } = await import('./mapping.js');
      await runMappingHistory(table, options);
    });
}

export function addPolicyCommands(program: Command): void {
  const policy = program
    .command('policy')
    .description('graces, tolerances and expected intervals, versioned in the ledger')
    .addHelpText(
      'after',
      `
Examples:
  tallystick policy show > policy.yaml                 the policy that is in force, to be edited
  tallystick policy edit policy.yaml --reason "cut-off 18:00"
  tallystick policy diff                               what the draft changes
  tallystick replay --policy draft                     and what that would have found`,
    );

  policy
    .command('show')
    .description('the policy')
    .option('--draft', 'as drafted, not as in force', false)
    .addOption(json())
    .addHelpText('after', examples('tallystick policy show > policy.yaml', 'tallystick policy show --draft'))
    .action(async (options: { json: boolean; draft: boolean }) => {
      const { runShowPolicy } = await import('./policy.js');
      await runShowPolicy(options);
    });

  policy
    .command('edit')
    .description('draft the next version: checked, recorded in the ledger, not in force')
    .argument('<file>', 'YAML or JSON, or - for standard input')
    .option('--reason <text>', 'why, kept beside the version')
    .addOption(json())
    .addHelpText('after', examples(`tallystick policy edit policy.yaml --reason "cut-off 18:00"`))
    .action(async (file: string, options: { json: boolean; reason?: string }) => {
      const { runEditPolicy } = await import('./policy.js');
      await runEditPolicy(file, options);
    });

  policy
    .command('diff')
    .description('what the draft changes of what is in force')
    .addOption(json())
    .addHelpText('after', examples('tallystick policy diff'))
    .action(async (options: { json: boolean }) => {
      const { runDiffPolicy } = await import('./policy.js');
      await runDiffPolicy(options);
    });

  policy
    .command('history')
    .description('the versions, the newest first')
    .addOption(json())
    .addHelpText('after', examples('tallystick policy history'))
    .action(async (options: { json: boolean }) => {
      const { runPolicyHistory } = await import('./policy.js');
      await runPolicyHistory(options);
    });
}
