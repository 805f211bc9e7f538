// Table: rows of text in columns, as the verbs print them.

export { table } from '../charts/columns.ts'
