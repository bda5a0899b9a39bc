/**
 * A word that came from outside is looked up among a table's own keys only: `table['constructor']` is a function of the
 * language, and `table['__proto__'] = …` changes the table's nature. So a text that is not one of known words may not stand
 * in brackets after an object, nor before `in`: use a Map, or `own` of src/domain/own.ts. A message's field may be read by
 * our name of it: what is `unknown` is checked before it is used.
 */
'use strict';
const ts = require('typescript');

const MESSAGE =
  "A text may name what the language put there ('constructor'): use a Map, or `own(table, key)`.";

function isWord(type) {
  if (type.isUnion()) return type.types.every(isWord);
  return type.isStringLiteral() && type.value !== '__proto__';
}

function isText(type) {
  if (type.isUnion()) return type.types.some(isText);
  return (type.flags & ts.TypeFlags.StringLike) !== 0 && !isWord(type);
}

/** @type {import('eslint').Rule.RuleModule} */
const rule = {
  meta: { type: 'problem', schema: [], messages: { own: MESSAGE } },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    const typeOf = (node) => checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node));
    const isUnknown = (node) => (typeOf(node).flags & ts.TypeFlags.Unknown) !== 0;
    const isWritten = (node) => node.parent.type === 'AssignmentExpression' && node.parent.left === node;
    const isList = (type) =>
      type.isUnion()
        ? type.types.every(isList)
        : checker.isArrayLikeType(type) || (type.flags & ts.TypeFlags.StringLike) !== 0;
    return {
      MemberExpression(node) {
        if (!node.computed || !isText(typeOf(node.property)) || isList(typeOf(node.object))) return;
        if (isUnknown(node) && !isWritten(node)) return;
        context.report({ node, messageId: 'own' });
      },
      BinaryExpression(node) {
        if (node.operator === 'in' && node.left.type !== 'PrivateIdentifier' && isText(typeOf(node.left)))
          context.report({ node, messageId: 'own' });
      },
    };
  },
};

module.exports = { rules: { 'own-keys': rule } };
