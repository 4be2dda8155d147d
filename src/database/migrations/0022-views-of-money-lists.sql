-- Filters of the other lists of money are kept, too.
alter table list_views drop constraint list_views_list_check;
alter table list_views add constraint list_views_list_check check (list in (
  'orders', 'resellers', 'services', 'deposits', 'adjustments', 'transfers', 'invoices', 'suppliers', 'inbox', 'audit'));
