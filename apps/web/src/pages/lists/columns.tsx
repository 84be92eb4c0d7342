import { Link } from '@tanstack/react-router';
import { Age } from '../../parts/age.js';
import { StateWord } from '../../parts/mark.js';
import { rankOf, type Standing } from '../../parts/states.js';
import type { Column } from '../../parts/data-table.js';

/** Columns that several tables have. */
export const stateColumn = <Row,>(standing: (row: Row) => Standing): Column<Row> => ({
  key: 'state',
  title: 'State',
  show: (row) => {
    const { is, word } = standing(row);
    return <StateWord is={is}>{word}</StateWord>;
  },
  by: (row) => rankOf(standing(row)),
});

export const nameColumn = <Row,>(
  title: string,
  name: (row: Row) => string,
  place: (row: Row) => string,
): Column<Row> => ({
  key: title.toLowerCase(),
  title,
  show: (row) => <Link to={place(row)}>{name(row)}</Link>,
  by: name,
});

export const textColumn = <Row,>(
  key: string,
  title: string,
  text: (row: Row) => string | null,
  more: Partial<Column<Row>> = {},
): Column<Row> => ({
  key,
  title,
  show: (row) => text(row) ?? '–',
  by: (row) => text(row) ?? '',
  ...more,
});

export const ageColumn = <Row,>(key: string, title: string, at: (row: Row) => string | null): Column<Row> => ({
  key,
  title,
  show: (row) => {
    const time = at(row);
    return time === null ? 'never' : <Age at={time} ago />;
  },
  by: (row) => -Date.parse(at(row) ?? '1970-01-01T00:00:00Z'),
  isNumber: true,
});

/** The same column in a table that has only some of the rows: the API sorts by it, which the browser cannot. */
export const byApi = <Row,>(sort: string, { by: _by, ...column }: Column<Row>): Column<Row> => ({ ...column, sort });
/** The same where the API does not sort by it either, such as by how it judges a thing. */
export const plain = <Row,>({ by: _by, ...column }: Column<Row>): Column<Row> => column;
