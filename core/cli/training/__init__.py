"""Commands that learn: pretrain, finetune, features, study and extend."""
