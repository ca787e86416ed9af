-- That somebody took everybody's addresses with them is kept, too.
alter table audit_entry
  drop constraint audit_entry_action_check,
  add constraint audit_entry_action_check
    check (action in ('create', 'change', 'delete', 'activate', 'login', 'logout', 'export'));
