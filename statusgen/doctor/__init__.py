"""What `doctor` looks at: facts are gathered side by side, then judged one by one."""
