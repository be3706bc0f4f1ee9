-- One row per invoice line. The file has no line numbers: a line is known by its place in its invoice and sheet.
select
    _row_number,
    concat_ws(
        '/', sheet, "Invoice", row_number() over (partition by sheet, "Invoice" order by _row_number)
    ) as order_item_id,
    "Invoice" as order_id,
    "StockCode" as product_code,
    "Description" as product_description,
    "Quantity" as quantity,
    "Price" as unit_price_amount
from landed
