-- A campaign that people have endorsed is made inactive, not deleted: what they signed is theirs to take back.
alter table endorsement
  drop constraint endorsement_campaign_fkey,
  add constraint endorsement_campaign_fkey foreign key (campaign) references campaign (id) on delete restrict;
