'use strict';

/** Settings of a broker that is its own controller. `added` are lines of NAME=VALUE; listeners there join ours. */
function properties({ logs, ports, added }) {
  const own = `PLAINTEXT://127.0.0.1:${ports.broker}`;
  const lines = added.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const named = (name) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
  const others = named('listeners');
  const more = others ? `,${others}` : '';
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    `listeners=${own},CONTROLLER://127.0.0.1:${ports.controller}${more}`,
    `advertised.listeners=${own}${more}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    `log.dirs=${logs}`,
    'auto.create.topics.enable=false',
    // One broker holds everything.
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    // Tests kill consumers, and would wait for the group to notice.
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    ...lines.filter((line) => !line.startsWith('listeners=')),
    '',
  ].join('\n');
}

module.exports = { properties };
