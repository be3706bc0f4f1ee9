"""What pages are made of and Streamlit need not know: versions, questions, filters, texts, numbers, colours."""
