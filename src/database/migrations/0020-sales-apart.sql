-- A report reads rows of one or two cuts. Rows of one, two and three things have tables of their own, so that what is read together lies together
-- on the disk, in whatever order it was written.
alter table sales rename to former_sales;
alter index sales_pkey rename to former_sales_pkey;
drop index sales_of_account, sales_of_service, sales_of_supplier;

create table sales (like former_sales) partition by list (cut);
create table sales_of_each partition of sales for values in ('each') with (fillfactor = 80);
create table sales_of_two partition of sales for values in ('account_service', 'account_supplier', 'service_supplier')
  with (fillfactor = 80);
create table sales_of_one partition of sales for values in ('account', 'service', 'supplier', 'all') with (fillfactor = 80);

insert into sales select * from former_sales order by cut, unit, day;
drop table former_sales;

alter table sales add primary key (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency) include (turnover);
create index sales_of_account on sales (account_id, cut, unit, day) where account_id > 0;
create index sales_of_service on sales (service_id, cut, unit, day) where service_id > 0;
create index sales_of_supplier on sales (supplier_id, cut, unit, day) where supplier_id > 0;
